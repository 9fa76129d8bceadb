import { CATALOGUE, type FailureCode } from 'resilient-lambda'
import { describe, expect, it, test } from 'vitest'
import { statusOf } from '../../src/testing/local/http/statuses.js'
import { answerOf } from './fault-table.js'
import { ATTEMPTS, measureOurs, type Measured } from './measure.js'

const codes = Object.keys(CATALOGUE) as FailureCode[]
const functionErrors = codes.filter((code) => CATALOGUE[code].kind === 'function' && code !== 'FunctionError')
const serviceErrors = codes.filter((code) => statusOf(code) !== undefined)

const expectedAnswer = (code: FailureCode): string => {
  const { kind, ran } = CATALOGUE[code]
  return `${code}, ${kind}, ${ran === 'no' ? 'did not run' : 'may have run'}`
}

/** How many requests a call makes that fails so every time. */
const expectedRequests = (code: FailureCode, idempotent: boolean): number => {
  const { kind, retry, ran } = CATALOGUE[code]
  if (retry === 'never' || kind === 'function' || (ran !== 'no' && !idempotent)) return 1
  return kind === 'permission' ? 2 : ATTEMPTS
}

test('the local Lambda can answer with nearly every error of the service', () => {
  expect(serviceErrors.length).toBeGreaterThan(55)
  expect(functionErrors.length).toBeGreaterThan(25)
})

describe.each([
  { kind: 'an ordinary function', idempotent: false },
  { kind: 'an idempotent function', idempotent: true },
])('for $kind', ({ idempotent }) => {
  it.each(serviceErrors)('%s is told and repeated as the catalogue says', async (name) => {
    const executed = CATALOGUE[name].ran !== 'no'
    const fault = { name, answer: expectedAnswer(name), fault: { type: 'error', name, executed } } as const
    const { result, runs, requests } = await measureOurs(fault, { shape: (fn) => fn.idempotent(idempotent) })
    expect(answerOf(result)).toBe(expectedAnswer(name))
    expect(requests).toBe(expectedRequests(name, idempotent))
    expect(runs).toBe(executed ? requests : 0)
    expect(result).toMatchObject({ error: { status: statusOf(name) } })
  })

  it.each(functionErrors)('%s is told, and not repeated', async (errorType) => {
    const executed = CATALOGUE[errorType].ran !== 'no'
    const payload = JSON.stringify({ errorType, errorMessage: 'A scripted one.' })
    const fault = {
      name: errorType,
      answer: expectedAnswer(errorType),
      fault: { type: 'functionError', payload, executed },
    } as const
    const { result, runs } = await measureOurs(fault, { shape: (fn) => fn.idempotent(idempotent) })
    expect(answerOf(result)).toBe(expectedAnswer(errorType))
    expect(runs).toBe(executed ? 1 : 0)
    expect(result).toMatchObject({ error: { remote: { errorType } } })
    expect(result.ok || result.error.status).toBeUndefined()
  })
})

const throttled = (settings: object): Promise<Measured> =>
  measureOurs({
    name: 'throttle',
    answer: expectedAnswer('TooManyRequestsException'),
    fault: { type: 'throttle', ...settings },
  })

describe('a throttle', () => {
  it.each([
    'CallerRateLimitExceeded',
    'ConcurrentInvocationLimitExceeded',
    'ConcurrentSnapshotCreateLimitExceeded',
    'FunctionInvocationRateLimitExceeded',
    'ReservedFunctionConcurrentInvocationLimitExceeded',
    'ReservedFunctionInvocationRateLimitExceeded',
    'AReasonOfTomorrow',
  ])('for %s is told with its reason, and repeated after a longer wait', async (reason) => {
    const { result, runs, requests } = await throttled({ reason })
    expect(answerOf(result)).toBe('TooManyRequestsException, throttle, did not run')
    expect(result).toMatchObject({ error: { reason, status: 429 } })
    expect(result.ok || result.error.retryAfterMs).toBeUndefined()
    expect({ runs, requests }).toEqual({ runs: 0, requests: ATTEMPTS })
    expect(result.meta.durationMs).toBeGreaterThanOrEqual(250 + 500)
    expect(result.meta.durationMs).toBeLessThanOrEqual(500 + 1_000)
  })

  it.each([
    ['seconds', { retryAfter: '4s' }, 4_000],
    ['decimals', { retryAfter: 2_500 }, 2_500],
    [
      'a date',
      {
        retryAfterHeader: 'Sat, 21 Nov 2026 10:00:07 GMT',
        headers: { date: 'Sat, 21 Nov 2026 10:00:00 GMT' },
      },
      7_000,
    ],
    ['milliseconds', { headers: { 'x-amz-retry-after': '6500' } }, 6_500],
  ])('that hints in %s is never repeated earlier', async (_, settings, hintMs) => {
    const { result, requests } = await throttled(settings)
    expect(result).toMatchObject({ error: { retryAfterMs: hintMs } })
    expect(requests).toBe(ATTEMPTS)
    expect(result.meta.durationMs).toBe(2 * hintMs)
  })

  it('that hints beyond the deadline fails at once, and hands the hint on', async () => {
    const { result, requests } = await throttled({ retryAfter: '2m' })
    expect(result).toMatchObject({ error: { code: 'TooManyRequestsException', retryAfterMs: 120_000 } })
    expect(requests).toBe(1)
    expect(result.meta.durationMs).toBe(0)
  })

  it('that is over when the call is repeated costs no second run', async () => {
    const fault = { name: '', answer: '', fault: { type: 'throttle' } } as const
    const { result, runs, requests } = await measureOurs(fault, { once: true })
    expect(result.ok).toBe(true)
    expect({ runs, requests }).toEqual({ runs: 1, requests: 2 })
  })
})
