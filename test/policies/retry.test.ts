import { describe, expect, it, vi } from 'vitest'
import { AbortError } from 'p-retry'
import { failure } from '../../src/failures/failure.js'
import { retryPolicy } from '../../src/policies/retry.js'
import { RETRY_DEFAULTS, type RetrySettings } from '../../src/policies/retry-settings.js'
import type { TokenBucket } from '../../src/core/cells/token-bucket.js'
import { Bench, eventsOf, fails, nextThat, takes, timesOf, value } from './harness.js'

/** Waits of 100, 200, 400 … ms, without chance. */
const settings: RetrySettings = Object.freeze<RetrySettings>({
  ...RETRY_DEFAULTS,
  backoff: 'exponential',
  baseDelayMs: 100,
  throttle: { ...RETRY_DEFAULTS.throttle, backoff: 'exponential' },
  budget: false,
})
const policyWith = (change: Partial<RetrySettings> = {}): ReturnType<typeof retryPolicy> =>
  retryPolicy({ ...settings, ...change })

const refused = fails('ConnectionRefused')
const reset = fails('ConnectionReset')
const throttled = fails('TooManyRequestsException')
const circuitOpen = fails('CircuitOpen', { retryAfterMs: 700 }, 'the circuit is open')

describe('retrying', () => {
  it('does nothing for a call that answers', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(value)
    expect(next.seen).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(history.snapshot()[0]).not.toHaveProperty('decision')
  })

  it('waits, tries again, and tells why', async () => {
    const bench = new Bench()
    const next = nextThat(refused, throttled, value)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(value)
    expect(timesOf(next)).toEqual([0, 100, 2_100])
    expect(events.filter(({ type }) => type.startsWith('retry'))).toEqual([
      {
        type: 'retry.scheduled',
        attempt: 1,
        waitMs: 100,
        why: 'transient: waiting 100 ms',
        failure: failure('ConnectionRefused'),
      },
      {
        type: 'retry.scheduled',
        attempt: 2,
        waitMs: 2_000,
        why: 'throttle: waiting 2 s',
        failure: failure('TooManyRequestsException'),
      },
    ])
    expect(history.snapshot().map(({ decision }) => decision)).toEqual([
      { action: 'retry', why: 'transient: waiting 100 ms', waitMs: 100 },
      { action: 'retry', why: 'throttle: waiting 2 s', waitMs: 2_000 },
      undefined,
    ])
    expect(bench.clock.pending).toBe(0)
  })

  it('counts the first call as an attempt, and gives back the last failure', async () => {
    const bench = new Bench()
    const last = fails('HostNotFound')
    const next = nextThat(refused, refused, last)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(last)
    expect(timesOf(next)).toEqual([0, 100, 300])
    expect(eventsOf({ events }, 'retry.refused')).toEqual([
      {
        type: 'retry.refused',
        attempt: 3,
        reason: 'attempts-used',
        why: 'all 3 attempts are used',
        failure: failure('HostNotFound'),
      },
    ])
    expect(history.snapshot()[2]?.decision).toEqual({ action: 'stop', why: 'all 3 attempts are used' })
  })

  it.each([1, 2, 20])('makes %d attempts when told so', async (attempts) => {
    const bench = new Bench()
    const next = nextThat(refused)
    await bench.run(policyWith({ attempts, backoff: 'constant' }), next)
    expect(timesOf(next)).toEqual(Array.from({ length: attempts }, (_, n) => n * 100))
  })

  it('does not repeat what may have run unless the call is idempotent', async () => {
    const bench = new Bench()
    const next = nextThat(reset)
    const { outcome, events } = await bench.run(policyWith({ retryIf: () => true }), next)
    expect(outcome).toBe(reset)
    expect(next.seen).toHaveLength(1)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([
      {
        attempt: 1,
        reason: 'may-have-run',
        why: expect.stringContaining('not declared idempotent'),
      },
    ])
    await bench.run(policyWith(), next, { idempotent: true })
    expect(next.seen).toHaveLength(4)
  })

  it('tells a predicate how long the call has taken and what remains', async () => {
    const bench = new Bench()
    const retryIf = vi.fn<NonNullable<RetrySettings['retryIf']>>(() => undefined)
    await bench.run(policyWith({ retryIf }), nextThat(takes(10, refused)), { deadlineAt: 1_000 })
    expect(
      retryIf.mock.calls.map(([{ attempt, elapsedMs, remainingMs, idempotent }]) => ({
        attempt,
        elapsedMs,
        remainingMs,
        idempotent,
      })),
    ).toEqual([
      { attempt: 1, elapsedMs: 10, remainingMs: 990, idempotent: false },
      { attempt: 2, elapsedMs: 120, remainingMs: 880, idempotent: false },
    ])
    await bench.run(policyWith({ retryIf }), nextThat(refused))
    expect(retryIf.mock.lastCall?.[0].remainingMs).toBe(Infinity)
  })

  it('tells a backoff what the last wait was', async () => {
    const bench = new Bench()
    const backoff = vi.fn(({ retry }: { retry: number }) => retry * 10)
    await bench.run(policyWith({ backoff, attempts: 4 }), nextThat(refused))
    expect(backoff.mock.calls.map(([step]) => step)).toMatchObject([
      { retry: 1, previousMs: 0 },
      { retry: 2, previousMs: 10 },
      { retry: 3, previousMs: 20 },
    ])
  })

  it('takes its chance from the clock', async () => {
    const bench = new Bench(0.5)
    const next = nextThat(refused)
    await bench.run(policyWith({ backoff: 'full' }), next)
    expect(timesOf(next)).toEqual([0, 50, 150])
  })

  it('waits on our own clock only: p-retry sets no timer', async () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    const bench = new Bench()
    await bench.run(policyWith({ attempts: 10 }), nextThat(refused))
    expect(setTimeout).not.toHaveBeenCalled()
  })

  it('works while nobody listens', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const budget = { capacity: 1, perSuccess: 0, perSecond: 0 }
    expect((await bench.run(policyWith({ budget }), next, { silent: true })).outcome).toBe(refused)
    expect(next.seen).toHaveLength(2)
  })
})

describe('the time that remains', () => {
  it('must be more than the wait: else the call fails at once, and says so', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const { outcome, events } = await bench.run(policyWith(), next, { deadlineAt: 100 })
    expect(outcome).toBe(refused)
    expect(bench.clock.now()).toBe(0)
    expect(next.seen).toHaveLength(1)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([
      {
        reason: 'deadline',
        why: 'the wait of 100 ms and another attempt cannot end within the 100 ms that remain',
      },
    ])
  })

  it('is enough when it is a millisecond more', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    await bench.run(policyWith(), next, { deadlineAt: 101 })
    expect(timesOf(next)).toEqual([0, 100])
  })

  it('must be enough for an attempt as fast as any of the latest', async () => {
    const bench = new Bench()
    for (const ms of [70, 60, 50, 40, 30]) await bench.run(policyWith(), nextThat(takes(ms)))
    const now = bench.clock.now()
    const next = nextThat(refused)
    await bench.run(policyWith(), next, { deadlineAt: now + 130 })
    expect(timesOf(next)).toEqual([now])
    await bench.run(policyWith(), next, { deadlineAt: now + 131 })
    expect(timesOf(next)).toEqual([now, now, now + 100])
  })

  it('is judged by the answers of the same function, and by answers alone', async () => {
    const bench = new Bench()
    for (let n = 0; n < 5; n++) {
      await bench.run(policyWith(), nextThat(takes(500)), { target: 'slow' })
      await bench.run(policyWith({ attempts: 1 }), nextThat(takes(500, refused)))
    }
    const now = bench.clock.now()
    const next = nextThat(refused)
    await bench.run(policyWith(), next, { deadlineAt: now + 101 })
    expect(timesOf(next)).toEqual([now, now + 100])
  })

  it('is never said to be less than nothing', async () => {
    const bench = new Bench()
    const { events } = await bench.run(policyWith(), nextThat(takes(50, refused)), { deadlineAt: 20 })
    expect(eventsOf({ events }, 'retry.refused')[0]?.why).toContain('within the 0 ms that remain')
  })

  it('must reach beyond the service’s hint, which the caller gets to see', async () => {
    const bench = new Bench()
    const hint = fails('Throttled', { retryAfterMs: 30_000 })
    const next = nextThat(hint)
    const { failure: why, events } = await bench.run(policyWith(), next, { deadlineAt: 30_000 })
    expect(why).toMatchObject({ code: 'Throttled', retryAfterMs: 30_000 })
    expect(bench.clock.now()).toBe(0)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([{ reason: 'deadline' }])
    await bench.run(policyWith({ attempts: 2 }), next, { deadlineAt: 30_001 })
    expect(timesOf(next)).toEqual([0, 0, 30_000])
  })

  it('is not the budget’s business: what cannot end in time takes no token', async () => {
    const bench = new Bench()
    const budget = { capacity: 1, perSuccess: 0, perSecond: 0 }
    await bench.run(policyWith({ budget }), nextThat(refused), { deadlineAt: 100 })
    const next = nextThat(refused)
    await bench.run(policyWith({ budget }), next)
    expect(next.seen).toHaveLength(2)
  })

  it('is not waited for without end when a backoff is infinite', async () => {
    const bench = new Bench()
    const { events } = await bench.run(policyWith({ backoff: () => Infinity }), nextThat(refused))
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([{ reason: 'deadline' }])
  })
})

describe('cancelling', () => {
  const why = failure('Aborted', 'the caller gave up')

  it('ends a wait at once, without another attempt', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const { outcome, scope } = bench.start(policyWith(), next)
    await bench.clock.advance(99)
    expect(bench.clock.pending).toBe(1)
    scope.cancel(why)
    expect(bench.clock.pending).toBe(0)
    expect(await outcome).toBe(refused)
    expect(next.seen).toHaveLength(1)
  })

  it('during an attempt ends the call with what that attempt said', async () => {
    const bench = new Bench()
    const next = nextThat(({ scope }) => {
      scope.cancel(why)
      return refused
    })
    const { outcome, events } = await bench.run(policyWith(), next)
    expect(outcome).toBe(refused)
    expect(next.seen).toHaveLength(1)
    expect(events.filter(({ type }) => type.startsWith('retry'))).toEqual([])
    expect(bench.clock.pending).toBe(0)
  })
})

describe('a refusal of our own on a later attempt', () => {
  it('does not hide what went wrong at the function', async () => {
    const bench = new Bench()
    const next = nextThat(refused, circuitOpen)
    const { failure: why, history } = await bench.run(policyWith(), next, { recorded: false })
    expect(why).toEqual({ ...failure('ConnectionRefused'), retryAfterMs: 700 })
    expect(next.seen).toHaveLength(2)
    expect(history.snapshot()).toEqual([])
  })

  it('is written down as the reason to stop', async () => {
    const bench = new Bench()
    const { history } = await bench.run(policyWith(), nextThat(refused, circuitOpen))
    expect(history.snapshot().at(-1)?.decision).toEqual({ action: 'stop', why: 'the circuit is open' })
  })

  it('leaves the hint of the service as it was, and adds none', async () => {
    const bench = new Bench()
    const hint = fails('Throttled', { retryAfterMs: 50 })
    expect((await bench.run(policyWith(), nextThat(hint, circuitOpen))).failure?.retryAfterMs).toBe(50)
    const { outcome } = await bench.run(policyWith(), nextThat(refused, fails('BulkheadFull')))
    expect(outcome).toBe(refused)
  })

  it('is the answer when it comes first', async () => {
    const bench = new Bench()
    const next = nextThat(circuitOpen)
    const { outcome, events } = await bench.run(policyWith(), next)
    expect(outcome).toBe(circuitOpen)
    expect(next.seen).toHaveLength(1)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([{ reason: 'not-worth-it' }])
  })

  it('is not what an unknown error after sending is, which may have run', async () => {
    const bench = new Bench()
    const unknown = fails('UnknownError')
    const { outcome } = await bench.run(policyWith(), nextThat(refused, unknown))
    expect(outcome).toBe(unknown)
  })
})

describe('the retry budget', () => {
  const budget = { capacity: 2, perSuccess: 0.5, perSecond: 0.25 }
  const policy = policyWith({ attempts: 2, backoff: () => 0, budget })

  it('is taken from by each retry, and refuses when it is spent', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 3; n++) await bench.run(policy, next)
    expect(next.seen).toHaveLength(5)
    const { outcome, events, history } = await bench.run(policy, next)
    expect(outcome).toBe(refused)
    expect(events.slice(2)).toEqual([
      { type: 'budget.spent', tokens: 0 },
      {
        type: 'retry.refused',
        attempt: 1,
        reason: 'budget',
        why: 'the retry budget of the function is spent',
        failure: failure('ConnectionRefused'),
      },
    ])
    expect(history.snapshot()[0]?.decision).toEqual({
      action: 'stop',
      why: 'the retry budget of the function is spent',
    })
  })

  it('is refilled by successes', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 2; n++) await bench.run(policy, next)
    await bench.run(policy, nextThat(value))
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(5)
    await bench.run(policy, nextThat(value))
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(7)
  })

  it('is refilled by time, so that a function with little traffic may still retry', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 2; n++) await bench.run(policy, next)
    await bench.clock.advance(3_999)
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(5)
    await bench.clock.advance(1)
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(7)
  })

  it('is shared by the chains to one function with the same settings, and by no others', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const spend = async (change: Partial<typeof budget>, target = 'quote'): Promise<number> => {
      const before = next.seen.length
      const again = policyWith({ attempts: 2, backoff: () => 0, budget: { ...budget, ...change } })
      await bench.run(again, next, { target })
      return next.seen.length - before
    }
    expect([await spend({}), await spend({}), await spend({})]).toEqual([2, 2, 1])
    expect(await spend({}, 'other')).toBe(2)
    expect([
      await spend({ capacity: 3 }),
      await spend({ perSuccess: 1 }),
      await spend({ perSecond: 1 }),
    ]).toEqual([2, 2, 2])
    const keys = Array.from(bench.cells.entries<TokenBucket>('budget '), ([key]) => key)
    expect(keys).toHaveLength(5)
  })

  it('bounds the extra load of a dead function: 200 calls of 3 attempts make 10 retries', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const dead = policyWith({ budget: RETRY_DEFAULTS.budget, backoff: () => 0 })
    for (let n = 0; n < 200; n++) await bench.run(dead, next)
    expect(next.seen).toHaveLength(210)
  })

  it('is none when it is switched off', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 50; n++) await bench.run(policyWith({ backoff: () => 0 }), next)
    expect(next.seen).toHaveLength(150)
    expect([...bench.cells.entries('budget ')]).toEqual([])
  })
})

describe('a programming error', () => {
  it.each([
    ['an Error', new Error('a mistake')],
    ['a TypeError', new TypeError('a mistake')],
    ['a failed fetch of the user’s own', new TypeError('fetch failed')],
    ['what p-retry takes for its own', new AbortError('a mistake')],
    ['a text', 'a mistake'],
    ['undefined', undefined],
    ['an object', { mistake: true }],
  ])('surfaces unchanged and is not retried: %s', async (_, error: unknown) => {
    const bench = new Bench()
    const next = nextThat(() => Promise.reject(error))
    await expect(bench.start(policyWith(), next).outcome).rejects.toBe(error)
    expect(next.seen).toHaveLength(1)
    expect(bench.clock.pending).toBe(0)
  })

  it('surfaces on a later attempt as well', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const next = nextThat(refused, () => Promise.reject(error))
    await expect(bench.clock.runUntil(bench.start(policyWith(), next).outcome)).rejects.toBe(error)
    expect(next.seen).toHaveLength(2)
  })

  it('in a predicate or a backoff ends the call', async () => {
    const error = new RangeError('a mistake')
    const broken = (): never => {
      throw error
    }
    for (const change of [
      { retryIf: broken },
      { backoff: broken },
      { retryIf: () => Promise.reject(error) },
    ]) {
      const next = nextThat(refused)
      await expect(new Bench().start(policyWith(change), next).outcome).rejects.toBe(error)
      expect(next.seen).toHaveLength(1)
    }
  })

  it('of a backoff that gives no time is named', async () => {
    const policy = policyWith({ backoff: () => Number.NaN })
    await expect(new Bench().start(policy, nextThat(refused)).outcome).rejects.toThrow(
      'retry.backoff must be a function that returns milliseconds, but was NaN.',
    )
  })
})
