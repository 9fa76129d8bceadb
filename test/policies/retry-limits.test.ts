import { describe, expect, it } from 'vitest'
import { failed } from '../../src/core/outcome.js'
import { failure } from '../../src/failures/failure.js'
import { RETRY_DEFAULTS } from '../../src/policies/retry-settings.js'
import { Bench, eventsOf, fails, nextThat, takes, timesOf, value, type FakeNext } from './harness.js'
import { circuitOpen, policyWith, refused, reset, throttled, tokensIn } from './retry-stage.js'

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
    const budget = 0.4
    await bench.run(policyWith({ budget }), nextThat(refused), { deadlineAt: 100 })
    expect(tokensIn(bench)).toEqual([25])
    const next = nextThat(refused)
    await bench.run(policyWith({ budget, attempts: 2, backoff: () => 0 }), next)
    // The second failure in a row.
    expect(tokensIn(bench)).toEqual([23])
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
  const budget = 0.4
  const why = failure('Aborted', 'the caller gave up')

  it.each([true, false, undefined])('says nothing and takes no token, if that says %s', async (answer) => {
    const bench = new Bench()
    const slow = policyWith({ budget, retryIf: () => later(bench, 50, answer) })
    const next = nextThat(refused)
    const { outcome, scope, history, events } = bench.start(slow, next)
    await bench.clock.advance(20)
    scope.cancel(why)
    await bench.clock.advance(30)
    expect(await outcome).toEqual(failed(why))
    expect(next.seen).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(history.snapshot()[0]?.decision).toEqual({ action: 'stop', why: why.message })
    expect(bench.clock.pending).toBe(0)

    expect(tokensIn(bench)).toEqual([25])
    await bench.run(policyWith({ budget, attempts: 2, backoff: () => 0 }), next)
    expect(tokensIn(bench)).toEqual([23])
    expect(next.seen).toHaveLength(3)
  })
})

describe('the retry budget', () => {
  const policy = policyWith({ attempts: 2, backoff: () => 0, budget: 0.4 })

  it('is taken from by each retry, and refuses when it is spent', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    // After the first, third and fifth failure in a row a retry costs 1, 4 and 16.
    for (let n = 0; n < 3; n++) await bench.run(policy, next)
    expect(next.seen).toHaveLength(6)
    const { outcome, events, history } = await bench.run(policy, next)
    expect(outcome).toBe(refused)
    expect(events.slice(2)).toEqual([
      { type: 'budget.spent', tokens: 25 - 1 - 4 - 16 },
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
    for (let n = 0; n < 200; n++) {
      await bench.run(policy, nextThat(value))
      await bench.run(policy, next)
    }
    // It had 25, the first success found it full, and 0.4 for each of the other 199 makes 104.6.
    expect(next.seen).toHaveLength(200 + 104)
  })

  it('gives back what was paid for a retry that succeeds', async () => {
    const bench = new Bench()
    const failsOnce = (): FakeNext => nextThat(refused, value)
    for (let n = 0; n < 200; n++) {
      const next = failsOnce()
      expect((await bench.run(policy, next)).outcome).toBe(value)
    }
    expect(tokensIn(bench)).toEqual([25])
  })

  it('gives back what the last retry of a call cost, and not what those before it did', async () => {
    const bench = new Bench()
    const four = policyWith({ attempts: 4, backoff: () => 0, budget: 0 })
    await bench.run(four, nextThat(refused, refused, refused, value))
    expect(tokensIn(bench)).toEqual([25 - 1 - 2])
    await bench.run(four, nextThat(value))
    expect(tokensIn(bench)).toEqual([25 - 1 - 2])
  })

  it('lets a retry after a throttle cost eight times as much, and brings nothing back', async () => {
    const bench = new Bench()
    const four = policyWith({
      attempts: 4,
      backoff: () => 0,
      throttle: { backoff: () => 0, baseDelayMs: 0, maxDelayMs: 0 },
      budget: 0,
    })
    await bench.run(four, nextThat(throttled, value))
    expect(tokensIn(bench)).toEqual([25 - 8])
    await bench.run(four, nextThat(throttled, refused, value))
    expect(tokensIn(bench)).toEqual([25 - 8 - 8])
    const next = nextThat(throttled, throttled, value)
    const { outcome } = await bench.run(four, next)
    // 8 of the 9 for the first, and the second in a row would cost 16.
    expect(outcome).toBe(throttled)
    expect(tokensIn(bench)).toEqual([25 - 8 - 8 - 8])
  })

  it('counts what can pass and no more: neither refusals of our own nor what would fail again', async () => {
    const bench = new Bench()
    const denied = fails('RequestTooLargeException')
    for (let n = 0; n < 20; n++) {
      await bench.run(policy, nextThat(denied))
      await bench.run(policy, nextThat(circuitOpen))
    }
    await bench.run(policy, nextThat(refused))
    expect(tokensIn(bench)).toEqual([24])
  })

  it('counts what must not be repeated, too: it tells of an outage all the same', async () => {
    const bench = new Bench()
    for (let n = 0; n < 4; n++) await bench.run(policy, nextThat(reset))
    await bench.run(policy, nextThat(refused))
    expect(tokensIn(bench)).toEqual([25 - 16])
  })

  it('pays for hedges, too', async () => {
    const bench = new Bench()
    const taken: unknown[] = []
    const next = nextThat(({ budget }) => {
      for (let n = 0; n < 26; n++) taken.push(budget?.takeOne())
      return value
    })
    await bench.run(policyWith({ budget: 0 }), next)
    expect(taken).toEqual([...Array(25).fill(true), false])
    await bench.run(policyWith(), next)
    expect(taken.slice(26)).toEqual(Array(26).fill(undefined))
  })

  it('is refilled by time, so that a function with little traffic may still retry', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 3; n++) await bench.run(policy, next)
    // After six failures in a row a retry costs all of the budget: 21 are missing, and 0.2 come in a second.
    await bench.clock.advance(104_999)
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(7)
    await bench.clock.advance(1)
    await bench.run(policy, next)
    expect(next.seen).toHaveLength(9)
  })

  it('is shared by the chains to one function with the same settings, and by no others', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const spend = async (budget: number, target = 'quote'): Promise<number> => {
      const before = next.seen.length
      const again = policyWith({ attempts: 2, backoff: () => 0, budget })
      await bench.run(again, next, { target })
      return next.seen.length - before
    }
    expect([await spend(0.4), await spend(0.4), await spend(0.4), await spend(0.4)]).toEqual([2, 2, 2, 1])
    expect(await spend(0.4, 'other')).toBe(2)
    expect([await spend(0.5), await spend(0)]).toEqual([2, 2])
    const keys = Array.from(bench.cells.entries('budget'), ([key]) => key)
    expect(keys).toHaveLength(4)
  })

  it('bounds the extra load of a dead function: 200 calls of 4 attempts make 4 retries', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const dead = policyWith({ budget: RETRY_DEFAULTS.budget, backoff: () => 0 })
    for (let n = 0; n < 200; n++) await bench.run(dead, next)
    // They cost 1, 2, 4 and 16, since the fourth failure of the first call was its last.
    expect(next.seen).toHaveLength(204)
  })

  it('is none when it is switched off', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    for (let n = 0; n < 50; n++) await bench.run(policyWith({ backoff: () => 0 }), next)
    expect(next.seen).toHaveLength(50 * 4)
    expect([...bench.cells.entries('budget')]).toEqual([])
  })
})

/** An answer that takes `ms`. */
function later<T = true>({ clock }: Bench, ms: number, answer = true as T): Promise<T> {
  return new Promise((resolve) => clock.setTimer(ms, () => resolve(answer)))
}
