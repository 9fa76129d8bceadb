import { describe, expect, it } from 'vitest'
import type { TokenBucket } from '../../src/core/cells/token-bucket.js'
import { failure } from '../../src/failures/failure.js'
import { RETRY_DEFAULTS } from '../../src/policies/retry-settings.js'
import { Bench, eventsOf, fails, nextThat, takes, timesOf, value } from './harness.js'
import { policyWith, refused } from './retry-stage.js'

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

  it('is read again after a retryIf that took its time', async () => {
    const bench = new Bench()
    const remaining: number[] = []
    const slow = policyWith({
      retryIf: ({ remainingMs }) => (remaining.push(remainingMs), later(bench, 950)),
    })
    const next = nextThat(refused)
    const { outcome, events } = await bench.run(slow, next, { deadlineAt: 1_000 })
    expect(outcome).toBe(refused)
    expect(remaining).toEqual([1_000])
    expect(timesOf(next)).toEqual([0])
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([
      {
        reason: 'deadline',
        why: 'the wait of 100 ms and another attempt cannot end within the 50 ms that remain',
      },
    ])
    await bench.run(slow, next, { deadlineAt: 950 + 1_051 })
    expect(timesOf(next)).toEqual([0, 950, 2_000])
  })
})

describe('a call that was cancelled while its retryIf was asked', () => {
  const budget = { capacity: 1, perSuccess: 0, perSecond: 0 }
  const why = failure('Aborted', 'the caller gave up')

  it.each([true, false, undefined])('says nothing and takes no token, if that says %s', async (answer) => {
    const bench = new Bench()
    const slow = policyWith({ budget, retryIf: () => later(bench, 50, answer) })
    const next = nextThat(refused)
    const { outcome, scope, history, events } = bench.start(slow, next)
    await bench.clock.advance(20)
    scope.cancel(why)
    await bench.clock.advance(30)
    expect(await outcome).toBe(refused)
    expect(next.seen).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(history.snapshot()[0]?.decision).toEqual({ action: 'stop', why: why.message })
    expect(bench.clock.pending).toBe(0)

    await bench.run(policyWith({ budget }), next)
    expect(next.seen).toHaveLength(3)
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
      code: 'RetryBudgetSpent',
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

/** An answer that takes `ms`. */
function later<T = true>({ clock }: Bench, ms: number, answer = true as T): Promise<T> {
  return new Promise((resolve) => clock.setTimer(ms, () => resolve(answer)))
}
