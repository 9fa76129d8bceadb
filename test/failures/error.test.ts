import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Attempt, Decision } from '../../src/failures/attempt.js'
import { classify } from '../../src/failures/classify.js'
import { InvokeError, isInvokeError, preceded } from '../../src/failures/error.js'
import { failure, type Failure, type RemoteError } from '../../src/failures/failure.js'

const SECRET = 'AWS4-HMAC-SHA256 Credential=AKIA/SECRET'
const BODY = 'SECRET-PAYLOAD'
const LOG_TAIL = 'SECRET-LOG'

function errorOf(failure: Failure, attempts: readonly Attempt[] = []): InvokeError {
  return new InvokeError(failure, { target: 'quote', attempts, elapsedMs: 12 })
}

/** An error of the SDK with the whole exchange on it, as visible as the oldest SDKs have it. */
function sdkError(): Error {
  const request = { headers: { authorization: SECRET }, body: BODY }
  return Object.assign(new Error('oops'), {
    name: 'ServiceException',
    $fault: 'server',
    $metadata: { httpStatusCode: 500 },
    $response: { statusCode: 500, headers: {}, body: { text: BODY, req: request } },
    $responseBodyText: BODY,
    rawPacket: Buffer.from(BODY),
  })
}

const decision: Decision = { action: 'stop', why: 'it may have run and the call is not idempotent' }
const attempt: Attempt = {
  number: 1,
  startedMs: 0,
  durationMs: 5,
  ran: 'maybe',
  code: 'ConnectionReset',
  verdict: failure('ConnectionReset').verdict,
  decision,
}

describe('an InvokeError', () => {
  it('carries what is known', () => {
    const details = { requestId: 'r', status: 429, reason: 'R', retryAfterMs: 5, cause: 'x' }
    const error = errorOf(failure('TooManyRequestsException', 'Rate Exceeded', details))
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'InvokeError',
      code: 'TooManyRequestsException',
      kind: 'throttle',
      verdict: { retry: 'later' },
      mayHaveRun: false,
      target: 'quote',
      elapsedMs: 12,
      attempts: [],
      ...details,
    })
    expect(error.message).toContain('"quote" failed: TooManyRequestsException (Rate Exceeded, R)')
    expect(error.remote).toBeUndefined()
    expect(error.issues).toBeUndefined()
    expect(Object.keys(error)).toEqual(
      expect.arrayContaining(['requestId', 'status', 'reason', 'retryAfterMs']),
    )
  })

  it('has undefined for what is not known', () => {
    const { requestId, status, reason, retryAfterMs } = errorOf(failure('CircuitOpen'))
    expect([requestId, status, reason, retryAfterMs]).toEqual([undefined, undefined, undefined, undefined])
  })

  it('may have run when any of its attempts may have', () => {
    const first = { ...attempt, ran: 'maybe' as const }
    expect(errorOf(failure('CircuitOpen'), [first]).mayHaveRun).toBe(true)
    expect(errorOf(failure('CircuitOpen'), [first]).message).toContain('it may have run')
    expect(errorOf(failure('CircuitOpen'), [{ ...attempt, ran: 'no' }]).mayHaveRun).toBe(false)
    expect(errorOf(failure('ConnectionReset')).mayHaveRun).toBe(true)
    expect(errorOf(failure('ResponseCut')).mayHaveRun).toBe(true)
  })

  it('keeps the attempts as they were', () => {
    const live = { ...decision, why: 'because' }
    const list: Attempt[] = [{ ...attempt, decision: live }]
    const { attempts } = errorOf(failure('ConnectionReset'), list)
    live.why = 'changed'
    list.push(attempt)
    expect(attempts).toStrictEqual([{ ...attempt, decision: { ...decision, why: 'because' } }])
    expect([attempts, attempts[0], attempts[0]?.decision].every((part) => Object.isFrozen(part))).toBe(true)
    expect(attempts[0]?.verdict).toBe(attempt.verdict)
  })

  it('has its remote error whenever the function failed, if only an empty one', () => {
    expect(errorOf(failure('FunctionError')).remote).toEqual({})
    expect(errorOf(failure('FunctionError', 'x', { remote: { errorType: 'T' } })).remote).toEqual({
      errorType: 'T',
    })
  })

  it('narrows by kind, so that the remote error needs no check', () => {
    const error: unknown = errorOf(failure('FunctionError', 'x', { remote: { errorType: 'T' } }))
    if (!isInvokeError(error)) throw new Error('not an InvokeError')
    if (error.kind === 'function') expectTypeOf(error.remote).toEqualTypeOf<RemoteError>()
    else expectTypeOf(error.remote).toEqualTypeOf<RemoteError | undefined>()
    if (error.kind === 'throttle') expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
  })

  it('keeps the cause that it was given when nothing secret hangs on it', () => {
    const cause = new RangeError('mine')
    expect(errorOf(failure('OperationFailed', 'x', { cause })).cause).toBe(cause)
    expect('cause' in errorOf(failure('CircuitOpen'))).toBe(false)
  })
})

describe('what a log sees of an InvokeError', () => {
  const remote = {
    errorType: 'TypeError',
    errorMessage: 'x',
    trace: ['at f'],
    logTail: LOG_TAIL,
    executedVersion: '7',
  }

  it('is everything that helps', () => {
    const issues = [{ message: 'Expected a number', path: 'lines.0.price' }]
    const cause = Object.assign(new TypeError('why'), { code: 'E' })
    const error = errorOf(failure('FunctionError', 'x', { remote, issues, cause, requestId: 'r' }), [attempt])
    expect(JSON.parse(JSON.stringify(error))).toStrictEqual({
      name: 'InvokeError',
      message: error.message,
      code: 'FunctionError',
      kind: 'function',
      retry: 'soon',
      ran: 'yes',
      breaker: 'ignore',
      mayHaveRun: true,
      target: 'quote',
      requestId: 'r',
      remote: { errorType: 'TypeError', errorMessage: 'x', trace: ['at f'], executedVersion: '7' },
      issues,
      elapsedMs: 12,
      attempts: [JSON.parse(JSON.stringify({ ...attempt, verdict: undefined }))],
      cause: { name: 'TypeError', code: 'E', message: 'why' },
    })
  })

  it('is bounded in its issues', () => {
    const issues = Array.from({ length: 500 }, () => ({ message: 'wrong' }))
    const error = errorOf(failure('InputInvalid', 'x', { issues }))
    expect(error.issues).toHaveLength(500)
    expect(error.toJSON()['issues']).toHaveLength(20)
  })

  it('is neither payload nor credentials nor log tail, however it looks', () => {
    const failed = failure('FunctionError', 'x', { remote, cause: sdkError() })
    for (const error of [
      errorOf(failed),
      errorOf(classify(sdkError(), { reached: true, ran: 'maybe', nowMs: 0 })),
    ]) {
      const views = [
        JSON.stringify(error),
        JSON.stringify({ error, cause: error.cause }),
        inspect(error, { depth: 20 }),
        inspect({ nested: [error] }, { depth: 20 }),
        inspect(error, { depth: 20, showHidden: true }),
        inspect(error.cause, { depth: 20, showHidden: true }),
        inspect(Object.assign({}, error), { depth: 20 }),
        inspect(error, { depth: 20, customInspect: false }),
        inspect(new Error('outer', { cause: error }), { depth: 20 }),
        error.stack,
        String(error),
      ]
      expect(views.filter((view) => view?.includes('SECRET'))).toEqual([])
    }
  })

  it('is nothing twice and nothing empty when it is thrown and not caught', () => {
    const empty = { ...attempt, requestId: undefined } as unknown as Attempt
    const print = (error: InvokeError) => inspect(error, { customInspect: false, depth: 20 })
    expect(print(errorOf(failure('CircuitOpen')))).not.toContain('verdict')
    expect(print(errorOf(failure('CircuitOpen'), [empty]))).not.toContain('undefined')
    expect(Object.keys(errorOf(failure('CircuitOpen')))).toEqual([
      'name',
      'code',
      'kind',
      'mayHaveRun',
      'target',
      'attempts',
      'elapsedMs',
    ])
  })

  it('is the stack and the fields when it is printed', () => {
    const printed = inspect(errorOf(failure('FunctionError', 'x', { remote, cause: sdkError() }), [attempt]))
    expect(printed).toMatch(/^InvokeError: "quote" failed: FunctionError/)
    expect(printed).toContain('error.test.ts')
    expect(printed).toContain("errorType: 'TypeError'")
    expect(printed).toContain("cause: { name: 'ServiceException', message: 'oops' }")
  })
})

describe('an error at the end of a call of several parts', () => {
  const ran: Attempt = { number: 1, startedMs: 0, durationMs: 5, ran: 'yes' }

  it('tells of what was sent before, and may have run by it', () => {
    const last = errorOf(failure('ConnectionRefused', 'nobody there'), [{ ...ran, ran: 'no' }])
    expect(last.mayHaveRun).toBe(false)
    const whole = preceded(last, [ran], 30)
    expect(whole).toMatchObject({
      code: 'ConnectionRefused',
      mayHaveRun: true,
      target: 'quote',
      elapsedMs: 42,
    })
    expect(whole.attempts.map(({ number, startedMs, ran }) => [number, startedMs, ran])).toEqual([
      [1, 0, 'yes'],
      [2, 30, 'no'],
    ])
    expect(whole.message).toContain('after 2 attempts in 42 ms; it ran')
  })

  it('is the same where nothing was sent before', () => {
    const only = errorOf(failure('ConnectionRefused'))
    expect(preceded(only, [], 30)).toBe(only)
  })
})
