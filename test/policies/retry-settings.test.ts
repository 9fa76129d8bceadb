import { describe, expect, it } from 'vitest'
import { parseRetry, RETRY_DEFAULTS } from '../../src/policies/retry-settings.js'

describe('the settings of retries', () => {
  it('have defaults', () => {
    expect(parseRetry({}, 'retry')).toEqual({
      attempts: 4,
      backoff: 'full',
      baseDelayMs: 50,
      maxDelayMs: 5_000,
      throttle: { backoff: 'equal', baseDelayMs: 500, maxDelayMs: 20_000 },
      functionErrors: false,
      retryIf: undefined,
      budget: 0.5,
    })
    expect(RETRY_DEFAULTS).toEqual(parseRetry({}, 'retry'))
    for (const each of [RETRY_DEFAULTS, RETRY_DEFAULTS.throttle]) {
      expect(Object.isFrozen(each)).toBe(true)
    }
  })

  it('change what they name and keep the rest, in the parts as well', () => {
    const retryIf = (): boolean => true
    const backoff = (): number => 5
    const parsed = parseRetry(
      {
        attempts: 20,
        backoff,
        baseDelay: 0,
        maxDelay: '1s',
        throttle: { baseDelay: '2s' },
        functionErrors: ['Busy'],
        retryIf,
        budget: 10,
      },
      'retry',
    )
    expect(parsed).toEqual({
      attempts: 20,
      backoff,
      baseDelayMs: 0,
      maxDelayMs: 1_000,
      throttle: { backoff: 'equal', baseDelayMs: 2_000, maxDelayMs: 20_000 },
      functionErrors: ['Busy'],
      retryIf,
      budget: 10,
    })
    for (const each of [parsed, parsed.throttle]) expect(Object.isFrozen(each)).toBe(true)
    const more = parseRetry({ attempts: 1 }, 'retry', parsed)
    expect(more).toEqual({ ...parsed, attempts: 1 })
  })

  it('let a longer base raise the maximum that was not given, for throttles as well', () => {
    const slow = parseRetry({ baseDelay: '10s', throttle: { baseDelay: '30s' } }, 'retry')
    expect(slow).toMatchObject({ baseDelayMs: 10_000, maxDelayMs: 10_000 })
    expect(slow.throttle).toEqual({ backoff: 'equal', baseDelayMs: 30_000, maxDelayMs: 30_000 })
    const quick = parseRetry({ baseDelay: '1s' }, 'retry', slow)
    expect(quick).toMatchObject({ baseDelayMs: 1_000, maxDelayMs: 10_000, throttle: slow.throttle })
    expect(parseRetry({ maxDelay: 20 }, 'retry')).toMatchObject({ baseDelayMs: 50, maxDelayMs: 20 })
  })

  it('switch the budget off, and on again', () => {
    const off = parseRetry({ budget: false }, 'retry')
    expect(off.budget).toBe(false)
    expect(parseRetry({}, 'retry', off).budget).toBe(false)
    expect(parseRetry({ budget: 0 }, 'retry', off).budget).toBe(0)
    expect(parseRetry({ budget: 0.1 }, 'retry', off).budget).toBe(0.1)
  })

  it.each(['full', 'equal', 'decorrelated', 'exponential', 'constant'])('know the backoff %s', (backoff) => {
    expect(parseRetry({ backoff, throttle: { backoff } }, 'retry')).toMatchObject({
      backoff,
      throttle: { backoff },
    })
  })

  it.each([[true], [false], [['A', 'B']], [[]], [() => true]])(
    'take %j for function errors',
    (functionErrors) => {
      expect(parseRetry({ functionErrors }, 'retry').functionErrors).toEqual(functionErrors)
    },
  )

  it.each([
    [{ attempts: 0 }, 'retry.attempts must be a whole number from 1 to 20, but was 0.'],
    [{ attempts: 21 }, 'retry.attempts must be a whole number from 1 to 20, but was 21.'],
    [
      { backoff: 'jitter' },
      "retry.backoff must be one of 'full', 'equal', 'decorrelated', 'exponential', 'constant', or a function, but was 'jitter'.",
    ],
    [{ baseDelay: -1 }, 'retry.baseDelay must be a duration: milliseconds, or a text such as'],
    [
      { maxDelay: '5 seconds' },
      "retry.maxDelay must be a duration: milliseconds, or a text such as '250ms', '2s', '1.5m', but was '5 seconds'.",
    ],
    [
      { baseDelay: '2s', maxDelay: '1s' },
      'retry.maxDelay must be a duration of at least 2000 ms, which baseDelay is, but was 1000.',
    ],
    [
      { throttle: { baseDelay: 5, maxDelay: 4 } },
      'retry.throttle.maxDelay must be a duration of at least 5 ms, which baseDelay is, but was 4.',
    ],
    [{ throttle: { backoff: 3 } }, "retry.throttle.backoff must be one of 'full'"],
    [
      { throttle: { attempts: 3 } },
      "retry.throttle has no setting 'attempts'. It takes: backoff, baseDelay, maxDelay.",
    ],
    [
      { functionErrors: 'Busy' },
      "retry.functionErrors must be true or false, or a list, or a function, but was 'Busy'.",
    ],
    [{ functionErrors: ['Busy', ''] }, 'retry.functionErrors[1] must be a text that is not empty'],
    [{ retryIf: true }, 'retry.retryIf must be a function, but was true.'],
    [
      { budget: { perSuccess: 0.2 } },
      'retry.budget must be a number from 0 to 10, or false to switch it off, but was an object with perSuccess.',
    ],
    [
      { budget: -0.1 },
      'retry.budget must be a number from 0 to 10, or false to switch it off, but was -0.1.',
    ],
    [
      { budget: 10.1 },
      'retry.budget must be a number from 0 to 10, or false to switch it off, but was 10.1.',
    ],
    [{ budget: NaN }, 'retry.budget must be a number from 0 to 10, or false to switch it off, but was NaN.'],
    [
      { budget: '0.4' },
      "retry.budget must be a number from 0 to 10, or false to switch it off, but was '0.4'.",
    ],
    [
      { budget: true },
      'retry.budget must be a number from 0 to 10, or false to switch it off, but was true.',
    ],
    [
      { retries: 3 },
      "retry has no setting 'retries'. It takes: backoff, baseDelay, maxDelay, attempts, throttle, functionErrors, retryIf, budget.",
    ],
  ])('refuse %j', (given, message) => {
    expect(() => parseRetry(given, 'retry')).toThrow(message)
  })
})
