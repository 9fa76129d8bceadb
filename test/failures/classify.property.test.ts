import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CATALOGUE } from '../../src/failures/catalogue.js'
import { classify, classifyFunctionError } from '../../src/failures/classify.js'
import { InvokeError } from '../../src/failures/error.js'
import type { Ran } from '../../src/failures/verdict.js'

const names = fc.constantFrom(
  'Error',
  'TimeoutError',
  'AbortError',
  'SyntaxError',
  'Unknown',
  ...Object.keys(CATALOGUE),
)
const codes = fc.constantFrom(
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'EPROTO',
  'HPE_X',
  'ERR_INVALID_CHAR',
  '__proto__',
)
const orAnything = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(arbitrary, fc.anything())

const lookalike = fc.record(
  {
    name: orAnything(names),
    message: orAnything(fc.string()),
    code: orAnything(codes),
    syscall: orAnything(fc.constantFrom('connect', 'read', 'write', 'getaddrinfo')),
    $fault: orAnything(fc.constantFrom('client', 'server')),
    $metadata: orAnything(fc.record({ httpStatusCode: orAnything(fc.integer({ min: 100, max: 599 })) })),
    $response: orAnything(fc.record({ statusCode: fc.anything(), headers: fc.anything() })),
    Reason: fc.anything(),
    retryAfterSeconds: fc.anything(),
    errors: fc.anything(),
    cause: fc.anything(),
  },
  { requiredKeys: [] },
)
const error = lookalike.map((fields) => Object.assign(new Error(), fields))
const proxy = fc.constant(
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
    },
  ),
)
const evidence = fc.record({
  reached: fc.constantFrom(true, false, undefined),
  ran: fc.constantFrom<Ran>('no', 'maybe', 'yes'),
  nowMs: fc.nat(),
})

test('whatever is thrown gets a row of the catalogue, and an error that can be logged', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), lookalike, error, proxy), evidence, (thrown, seen) => {
      const failure = classify(thrown, seen)
      expect(Object.hasOwn(CATALOGUE, failure.code)).toBe(true)
      expect(failure.message).not.toBe('')
      expect(failure.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0)
      if (seen.reached === false) expect(failure.verdict.ran).toBe('no')
      const told = new InvokeError(failure, { target: 'f', attempts: [], elapsedMs: 0 })
      expect(JSON.stringify(told)).toContain(JSON.stringify(failure.code))
    }),
    { numRuns: 1_000 },
  )
})

test('without an answer, a request that may have been written is only called unrun when it never had a connection', () => {
  const neverConnected = new Set([
    'HostNotFound',
    'HostUnreachable',
    'ConnectionRefused',
    'ConnectionResetOnConnect',
    'ConnectTimedOut',
    'TlsHandshakeCut',
    'CertificateRejected',
  ])
  const unanswered = { $metadata: undefined, $response: undefined, $fault: undefined }
  fc.assert(
    fc.property(lookalike, (thrown) => {
      const { code, verdict } = classify(
        { ...thrown, ...unanswered },
        { reached: true, ran: 'maybe', nowMs: 0 },
      )
      expect(verdict.ran === 'no' && !neverConnected.has(code)).toBe(false)
    }),
    { numRuns: 1_000 },
  )
})

test('whatever a function error has for a payload gets a row of its own kind', () => {
  const shaped = fc.record(
    {
      errorType: orAnything(names),
      errorMessage: fc.anything(),
      trace: fc.anything(),
      stackTrace: fc.anything(),
      cause: fc.anything(),
    },
    { requiredKeys: [] },
  )
  const json = fc.oneof(shaped, fc.jsonValue()).map((value) => new TextEncoder().encode(stringify(value)))
  fc.assert(
    fc.property(fc.oneof(json, fc.uint8Array(), fc.constant(undefined)), (payload) => {
      const failure = classifyFunctionError({ functionError: 'Unhandled', payload })
      expect(CATALOGUE[failure.code as keyof typeof CATALOGUE].kind).toBe('function')
      expect(failure.message).not.toBe('')
      expect(failure.remote).toBeDefined()
    }),
  )
})

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}
