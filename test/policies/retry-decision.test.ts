import { describe, expect, it, vi } from 'vitest'
import type { FailureCode } from '../../src/failures/catalogue.js'
import { failure, type Failure, type FailureDetails } from '../../src/failures/failure.js'
import { refusalOf, waitBefore } from '../../src/policies/retry-decision.js'
import { RETRY_DEFAULTS, type RetryArguments, type RetrySettings } from '../../src/policies/retry-settings.js'

const safe = { ran: 'no' } as const

function refusal(
  about: Failure,
  settings: Partial<RetrySettings> = {},
  args: Partial<RetryArguments> = {},
): ReturnType<typeof refusalOf> {
  return refusalOf(
    { failure: about, attempt: 1, idempotent: false, elapsedMs: 10, remainingMs: 90, ...args },
    { ...RETRY_DEFAULTS, ...settings },
  )
}

const hopeless = { why: 'the same request would fail again', reason: 'not-worth-it' }
const notAskedFor = {
  why: 'errors of the function itself are repeated only where retry.functionErrors says so',
  reason: 'not-worth-it',
}
const ruledOut = { why: 'retryIf decided so', reason: 'not-worth-it' }
const ran = { why: 'it ran, and the call is not declared idempotent', reason: 'may-have-run' }
const toTheCaller = { why: 'to wait for it is left to the caller', reason: 'not-worth-it' }
const mayHaveRun = { why: 'it may have run, and the call is not declared idempotent', reason: 'may-have-run' }

describe('how often a call is tried', () => {
  it('is as many attempts as allowed, the first one included', async () => {
    const transient = failure('ConnectionRefused')
    expect(await refusal(transient, {}, { attempt: 3 })).toBeUndefined()
    for (const attempt of [4, 5]) {
      expect(await refusal(transient, {}, { attempt })).toEqual({
        why: 'all 4 attempts are used',
        reason: 'attempts-used',
      })
    }
    expect((await refusal(transient, { attempts: 1 }))?.reason).toBe('attempts-used')
  })
})

describe('whether a repeat is safe', () => {
  it.each<[FailureCode, FailureDetails | undefined]>([
    ['ConnectionReset', undefined],
    ['ServiceException', undefined],
    ['AttemptTimedOut', undefined],
    ['ResponseCut', { ran: 'yes' }],
  ])('it is not after %s, which may have run, unless the call is idempotent', async (code, details) => {
    const about = failure(code, undefined, details)
    expect(await refusal(about)).toEqual(about.verdict.ran === 'yes' ? ran : mayHaveRun)
    expect(await refusal(about, {}, { idempotent: true })).toBeUndefined()
  })

  it('is not for retryIf to decide', async () => {
    const retryIf = vi.fn(() => true)
    expect(await refusal(failure('ConnectionReset'), { retryIf })).toEqual(mayHaveRun)
    expect(await refusal(failure('FunctionError'), { retryIf, functionErrors: true })).toEqual(ran)
    expect(await refusal(failure('ConnectionRefused'), { retryIf }, { attempt: 4 })).toMatchObject({
      reason: 'attempts-used',
    })
    expect(retryIf).not.toHaveBeenCalled()
  })

  it('is not asked where a repeat is not worth it', async () => {
    const answer = failure('ReplyNotDecodable')
    expect(answer.verdict.ran).toBe('yes')
    expect(await refusal(answer)).toEqual(hopeless)
  })

  it('is when the request was not written', async () => {
    expect(await refusal(failure('ConnectionReset', 'reset', safe))).toBeUndefined()
  })
})

describe('whether a repeat is worth it', () => {
  it.each<FailureCode>([
    'ConnectionRefused',
    'TooManyRequestsException',
    'ResourceNotReadyException',
    'EC2UnexpectedException',
  ])('it is after %s', async (code) => {
    expect(await refusal(failure(code))).toBeUndefined()
  })

  it.each<FailureCode>([
    'ResourceNotFoundException',
    'AccessDeniedException',
    'KMSAccessDeniedException',
    'PayloadTooLarge',
    'RegionMissing',
  ])('it is not after %s', async (code) => {
    expect(await refusal(failure(code))).toEqual(hopeless)
  })

  it.each<FailureCode>(['CircuitOpen', 'BulkheadFull'])(
    'it is not after %s, a refusal of our own',
    async (code) => {
      expect(await refusal(failure(code))).toEqual(toTheCaller)
    },
  )

  it('is once for credentials that can be had anew', async () => {
    expect(await refusal(failure('ExpiredTokenException'))).toBeUndefined()
    expect(await refusal(failure('ExpiredTokenException'), {}, { attempt: 2 })).toEqual(hopeless)
  })

  it('is what retryIf says, for whatever is safe', async () => {
    const retryIf = vi.fn<NonNullable<RetrySettings['retryIf']>>(() => true)
    const about = failure('ResourceNotFoundException')
    expect(await refusal(about, { retryIf })).toBeUndefined()
    expect(retryIf.mock.calls).toEqual([
      [{ failure: about, attempt: 1, idempotent: false, elapsedMs: 10, remainingMs: 90 }],
    ])
    expect(await refusal(failure('ConnectionRefused'), { retryIf: () => false })).toEqual(ruledOut)
  })

  it('is what retryIf says later', async () => {
    expect(await refusal(failure('CircuitOpen'), { retryIf: async () => true })).toBeUndefined()
    expect(await refusal(failure('ConnectionRefused'), { retryIf: async () => false })).toEqual(ruledOut)
  })

  it('is as usual where retryIf does not care', async () => {
    const retryIf = (): undefined => undefined
    expect(await refusal(failure('ConnectionRefused'), { retryIf })).toBeUndefined()
    expect(await refusal(failure('CircuitOpen'), { retryIf: async () => undefined })).toEqual(toTheCaller)
  })
})

describe('errors of the function itself', () => {
  const thrown = failure('FunctionError', 'Busy', { remote: { errorType: 'Busy' } })
  const idempotent = { idempotent: true }
  const after = (
    about: Failure,
    functionErrors: RetrySettings['functionErrors'],
  ): ReturnType<typeof refusalOf> => refusal(about, { functionErrors }, idempotent)

  it('are not retried unless asked for', async () => {
    for (const call of [idempotent, {}]) expect(await refusal(thrown, {}, call)).toEqual(notAskedFor)
    expect(await after(failure('Sandbox.Timedout'), false)).toEqual(notAskedFor)
    expect(await after(failure('Runtime.InitError'), false)).toEqual(notAskedFor)
  })

  it('are retried by their errorType', async () => {
    expect(await after(thrown, ['Other', 'Busy'])).toBeUndefined()
    expect(await after(thrown, ['Other', 'FunctionError'])).toEqual(notAskedFor)
    expect(await after(failure('Sandbox.Timedout'), ['Sandbox.Timedout'])).toBeUndefined()
    expect(await after(thrown, [])).toEqual(notAskedFor)
  })

  it('are not repeated for an ordinary call, for which they have run, though asked for', async () => {
    expect(await refusal(thrown, { functionErrors: ['Busy'] })).toEqual(ran)
    expect(await refusal(thrown, { functionErrors: ['Other'] })).toEqual(notAskedFor)
    expect(await refusal(thrown, { functionErrors: async () => true })).toEqual(ran)
    expect(await refusal(thrown, { functionErrors: async () => false })).toEqual(notAskedFor)
  })

  it('are retried by a predicate', async () => {
    const predicate = vi.fn((args: RetryArguments) => args.failure === thrown)
    expect(await after(thrown, predicate)).toBeUndefined()
    expect(predicate.mock.calls[0]?.[0]).toMatchObject({ attempt: 1, idempotent: true })
    expect(await after(failure('FunctionError'), predicate)).toEqual(notAskedFor)
  })

  it('are retried by what a predicate says later', async () => {
    expect(await after(thrown, async () => true)).toBeUndefined()
    expect(await after(thrown, async () => false)).toEqual(notAskedFor)
  })

  it('are all retried with true, but for those that cannot pass', async () => {
    expect(await after(thrown, true)).toBeUndefined()
    expect(await after(failure('Runtime.OutOfMemory'), true)).toEqual(hopeless)
    expect(await after(failure('Runtime.OutOfMemory'), ['Runtime.OutOfMemory'])).toBeUndefined()
  })
})

describe('how long to wait', () => {
  const transient = failure('ConnectionRefused')
  const throttle = failure('TooManyRequestsException')
  const wait = (about: Failure, change: Partial<RetrySettings> = {}, attempt = 1, random = 0.5): number =>
    waitBefore(about, attempt, 0, { ...RETRY_DEFAULTS, ...change }, random)

  it('is full jitter from 50 ms to 5 s after what passes soon', () => {
    expect([1, 2, 3, 10].map((attempt) => wait(transient, {}, attempt))).toEqual([25, 50, 100, 2_500])
    expect(wait(transient, {}, 1, 0)).toBe(0)
  })

  it('is equal jitter from 500 ms to 20 s after a throttle, and while a function starts', () => {
    expect([1, 2, 3, 10].map((attempt) => wait(throttle, {}, attempt))).toEqual([375, 750, 1_500, 15_000])
    expect(wait(throttle, {}, 1, 0)).toBe(250)
    expect(wait(failure('ResourceNotReadyException'))).toBe(375)
  })

  it('is never less than the service asked for, and never clamped to the longest wait', () => {
    expect(wait(failure('Throttled', 'slow down', { retryAfterMs: 60_000 }))).toBe(60_000)
    expect(wait(failure('Throttled', 'slow down', { retryAfterMs: 376 }))).toBe(376)
    expect(wait(failure('Throttled', 'slow down', { retryAfterMs: 374 }))).toBe(375)
    expect(wait(failure('ConnectionRefused', 'later', { retryAfterMs: 90 }))).toBe(90)
  })

  it('is what a function says, given all there is to know', () => {
    const backoff = vi.fn(() => 7)
    expect(waitBefore(transient, 2, 30, { ...RETRY_DEFAULTS, backoff }, 0.25)).toBe(7)
    expect(backoff.mock.calls).toEqual([
      [{ retry: 2, baseMs: 50, capMs: 5_000, previousMs: 30, random: 0.25 }],
    ])
    const slower = { backoff, baseDelayMs: 1, maxDelayMs: 2 }
    waitBefore(throttle, 1, 0, { ...RETRY_DEFAULTS, throttle: slower }, 0)
    expect(backoff.mock.lastCall).toEqual([{ retry: 1, baseMs: 1, capMs: 2, previousMs: 0, random: 0 }])
    expect(wait(transient, { backoff: () => 0 })).toBe(0)
  })

  it('grows by each of the named kinds', () => {
    expect(wait(transient, { backoff: 'exponential' }, 3)).toBe(200)
    expect(wait(transient, { backoff: 'constant' }, 3)).toBe(50)
    expect(wait(transient, { backoff: 'equal' }, 3)).toBe(150)
    expect(waitBefore(transient, 2, 100, { ...RETRY_DEFAULTS, backoff: 'decorrelated' }, 0.5)).toBe(175)
  })

  it.each([Number.NaN, -1, Infinity])('cannot be %d', (waitMs) => {
    const backoff = (): number => waitMs
    expect(() => wait(transient, { backoff })).toThrow(
      `retry.backoff must be a function that returns milliseconds, but was ${waitMs}.`,
    )
    const slower = { ...RETRY_DEFAULTS.throttle, backoff }
    expect(() => wait(throttle, { throttle: slower })).toThrow('retry.throttle.backoff must be')
  })
})
