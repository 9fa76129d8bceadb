import { describe, expect, it } from 'vitest'
import { assertWhole, encodeLetter, type EncodedLetter } from '../../src/dead-letter/message.js'
import { failure } from '../../src/failures/failure.js'
import { InvokeError } from '../../src/failures/error.js'
import { letterOf } from './support.js'

const LIMIT = 100_000
const encoded = (payload: unknown, limit = LIMIT): EncodedLetter =>
  encodeLetter(letterOf({ payload }), limit, 'the queue')
const read = ({ body }: EncodedLetter): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>

describe('a dead letter as it travels', () => {
  it('is one versioned JSON object with the payload and the story', () => {
    const whole = encoded({ sku: 'A1' })
    expect(read(whole)).toEqual({
      version: 1,
      id: '0c5f3e0e-6a4c-4b8a-9d65-6d2f3c1f9a77',
      target: 'quote:live',
      at: Date.UTC(2026, 0, 1),
      mayHaveRun: false,
      error: JSON.parse(JSON.stringify(letterOf().error)),
      payload: { sku: 'A1' },
    })
    expect(() => assertWhole(whole)).not.toThrow()
  })

  it('has no payload where the caller gave none', () => {
    const whole = encoded(undefined)
    expect(Object.keys(read(whole))).toEqual(['version', 'id', 'target', 'at', 'mayHaveRun', 'error'])
    expect(whole.lacks).toBeUndefined()
  })

  it('carries bytes in base64', () => {
    expect(read(encoded(new Uint8Array([1, 2, 255])))).toMatchObject({ payloadBase64: 'AQL/' })
  })

  it('goes without a payload that makes it too large, and says what is missing', () => {
    const payload = 'ü'.repeat(LIMIT / 2)
    const part = encoded(payload)
    expect(read(part)).toMatchObject({
      payloadOmitted: 'too-large',
      error: { code: 'TooManyRequestsException' },
    })
    expect(read(part)['payloadBytes']).toBe(Buffer.byteLength(`,"payload":"${payload}"`))
    expect(read(part)).not.toHaveProperty('payload')
    expect(() => assertWhole(part)).toThrow(
      /^the letter was sent without its payload, with which it has 100,\d{3} bytes; the queue takes at most 100,000$/,
    )
  })

  it('is measured in bytes, to the last one', () => {
    const size = Buffer.byteLength(encoded('üü').body)
    expect(read(encoded('üü', size))).not.toHaveProperty('errorOmitted')
    expect(read(encoded('üü', size - 1))).toHaveProperty('errorOmitted')
  })

  it.each<[string, unknown, string, unknown]>([
    ['a Map', { lines: [{ by: new Map([['sku', 1]]) }] }, 'payload.lines[0].by', { lines: [{ by: {} }] }],
    ['a Set', { tags: new Set(['a']) }, 'payload.tags', { tags: {} }],
    ['a RegExp', [/a/], 'payload[0]', [{}]],
    ['an Error', { why: new RangeError('no') }, 'payload.why', { why: {} }],
    ['a Uint8Array', { file: new Uint8Array([7]) }, 'payload.file', { file: { 0: 7 } }],
    ['an ArrayBuffer', { file: new ArrayBuffer(1) }, 'payload.file', { file: {} }],
    ['NaN', { cents: NaN }, 'payload.cents', { cents: null }],
    ['-Infinity', -Infinity, 'payload', null],
  ])('says where JSON could not keep %s, which another codec may have sent', (what, payload, at, kept) => {
    const part = encoded(payload)
    expect(read(part)).toMatchObject({ payload: kept, payloadChanged: `${what} at ${at}` })
    expect(() => assertWhole(part)).toThrow(
      `the letter was sent without what JSON cannot keep of its payload: ${what} at ${at}`,
    )
  })

  it('is whole where values say themselves what they are in JSON', () => {
    const map = Object.assign(new Map(), { toJSON: () => ['a'] })
    const payload = { at: new Date(0), file: Buffer.from('a'), map, none: undefined }
    const whole = encoded(payload)
    expect(read(whole)['payload']).toEqual(JSON.parse(JSON.stringify(payload)))
    expect(read(whole)).not.toHaveProperty('payloadChanged')
    expect(whole.lacks).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['a BigInt', { cents: 1n }],
    ['a Map', new Map([[1, 2]])],
    ['a cycle', Object.assign([], { 0: undefined, length: 0 })],
  ])('goes without %s where JSON has no words for it', (what, payload) => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    const part = encoded(what === 'a cycle' ? cycle : payload)
    expect(read(part)).toMatchObject({ payloadOmitted: 'not-json' })
    expect(part.lacks).toMatch(/^its payload, which cannot be turned into JSON: \S/)
  })

  it('has no character that a queue would refuse', () => {
    const payload = 'a\uFFFEb\uFFFFc\u0000d\uD800e'
    const whole = encoded(payload)
    // eslint-disable-next-line no-control-regex -- these are what it is about
    expect(whole.body).not.toMatch(/[\u0000-\u0008\uFFFE\uFFFF\uD800-\uDFFF]/)
    expect(read(whole)['payload']).toBe(payload)
  })
})

describe('a dead letter with a long story', () => {
  const attempts = Array.from({ length: 500 }, (_, index) => ({
    number: index + 1,
    startedMs: index,
    durationMs: 1,
    ran: 'maybe' as const,
    code: 'ConnectionReset',
  }))
  const long = (message: string, target = 'quote:live') => {
    const error = new InvokeError(failure('ConnectionReset', message), { target, attempts, elapsedMs: 5 })
    return letterOf({ target, error })
  }

  it('keeps its payload and goes without its attempts, and says so', () => {
    const part = encodeLetter(long('reset'), 10_000, 'the queue')
    expect(read(part)).toMatchObject({
      payload: { sku: 'A1' },
      error: { code: 'ConnectionReset', message: expect.stringContaining('reset'), elapsedMs: 5 },
      errorOmitted: ['attempts'],
    })
    expect(read(part)['error']).not.toHaveProperty('attempts')
    expect(() => assertWhole(part)).not.toThrow()
  })

  it('keeps its attempts where it is the payload that is too large', () => {
    const letter = { ...long('reset'), payload: 'x'.repeat(LIMIT) }
    const part = encodeLetter(letter, LIMIT, 'the queue')
    expect(read(part)).toMatchObject({ payloadOmitted: 'too-large', error: { attempts: { length: 500 } } })
    expect(read(part)).not.toHaveProperty('errorOmitted')
  })

  it('cuts its texts before it goes without its payload', () => {
    const part = encodeLetter(long('ü'.repeat(5_000)), 1_024, 'the queue')
    expect(read(part)).toMatchObject({
      payload: { sku: 'A1' },
      error: { code: 'ConnectionReset', kind: 'transient', message: expect.stringMatching(/^"quote.*ü…$/) },
      errorOmitted: expect.arrayContaining(['attempts', 'elapsedMs']),
    })
  })

  it.each([
    ['too-large', 'x'.repeat(2_000)],
    ['not-json', 1n],
  ])('fits into the smallest limit with the longest of texts, its payload being %s', (why, payload) => {
    const cause = new Error('no', { cause: 'none' })
    const odd = {
      ...failure('ConnectionReset', '\u0001'.repeat(5_000), {
        cause,
        requestId: 'r',
        status: 500,
        reason: 'x',
        retryAfterMs: 1,
        remote: { errorType: 'E' },
        issues: [{ message: 'no' }],
        denied: { action: 'lambda:InvokeFunction', principal: 'me', explicit: false },
      }),
      code: '\u0002'.repeat(5_000),
    }
    const target = `quote${'\uFFFF'.repeat(1_000)}`
    const error = new InvokeError(odd, { target, attempts, elapsedMs: 1_234.567, deadLetter: 'failed' })
    const part = encodeLetter(letterOf({ target, error, payload }), 1_024, 'the queue')
    expect(Buffer.byteLength(part.body)).toBeLessThanOrEqual(1_024)
    expect(read(part)).toMatchObject({
      id: letterOf().id,
      target: expect.stringMatching(/^quote.*…$/s),
      payloadOmitted: why,
      error: { kind: 'transient', code: expect.stringMatching(/…$/), message: expect.stringMatching(/…$/) },
    })
    expect(() => assertWhole(part)).toThrow('the letter was sent without its payload')
  })
})
