import { describe, expect, it, vi } from 'vitest'
import { DEADLINE_DEFAULTS, deadlinePolicy } from '../../src/policies/deadline.js'
import { failure } from '../../src/failures/failure.js'
import { Bench, fails, hangs, heeds, nextThat, takes, value } from './harness.js'

const policy = deadlinePolicy({ limitMs: 100 })
const exceeded = (ran: 'no' | 'maybe', breaker: 'failure' | 'ignore', limit = '100 ms') =>
  failure('DeadlineExceeded', `no answer within the deadline of ${limit}`, { ran, breaker })

describe('a deadline', () => {
  it('is a minute unless it is set', () => {
    expect(DEADLINE_DEFAULTS).toEqual({ limitMs: 60_000 })
  })

  it('lets an answer in time through, and leaves no timer', async () => {
    const bench = new Bench()
    const { outcome } = await bench.run(policy, nextThat(takes(99)))
    expect(outcome).toBe(value)
    expect(bench.clock.now()).toBe(99)
    expect(bench.clock.pending).toBe(0)
  })

  it('answers by then although what is inside ignores everything', async () => {
    const bench = new Bench()
    const next = nextThat(hangs)
    const { failure: why } = await bench.run(policy, next)
    expect(why).toEqual(exceeded('maybe', 'failure'))
    expect(bench.clock.now()).toBe(100)
    expect(bench.clock.pending).toBe(0)
    expect(next.seen[0]?.context.scope.cancelled).toEqual(why)
  })

  it('is not changed by what comes too late', async () => {
    const bench = new Bench()
    const { outcome } = bench.start(policy, nextThat(takes(101)))
    await bench.clock.advance(200)
    expect(await outcome).toEqual({ ok: false, failure: exceeded('maybe', 'failure') })
  })

  it('does not speak against the function when nothing of it was running', async () => {
    const bench = new Bench()
    const { failure: why } = await bench.run(policy, hangs, { recorded: false })
    expect(why).toEqual(exceeded('no', 'ignore'))
  })

  it('says so when the function may have run before, and is not running', async () => {
    const bench = new Bench()
    const next = nextThat(({ history }) => {
      const attempt = history.begin()
      history.end(attempt, fails('ConnectionReset'))
      return hangs()
    })
    const { failure: why } = await bench.run(policy, next, { recorded: false })
    expect(why).toEqual(exceeded('maybe', 'ignore'))
  })

  it('is told to what is inside', async () => {
    const bench = new Bench()
    await bench.clock.advance(1_000)
    const next = nextThat(value)
    await bench.run(policy, next)
    expect(next.seen[0]?.context.deadlineAt).toBe(1_100)
  })

  it('never exceeds the one around it', async () => {
    const bench = new Bench()
    const next = nextThat(heeds)
    const { failure: why } = await bench.run(policy, next, { deadlineAt: 40 })
    expect(next.seen[0]?.context.deadlineAt).toBe(40)
    expect(bench.clock.now()).toBe(40)
    expect(why?.code).toBe('DeadlineExceeded')
  })

  it.each([0, -5])('does not begin when %d ms remain', async (limitMs) => {
    const bench = new Bench()
    const next = nextThat(value)
    const { failure: why } = await bench.run(deadlinePolicy({ limitMs }), next)
    expect(why).toEqual(
      failure('DeadlineExceeded', 'no time was left to begin with', { ran: 'no', breaker: 'ignore' }),
    )
    expect(next.seen).toEqual([])
    expect(bench.clock.pending).toBe(0)
  })

  it('does not begin when the one around it has passed', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const { failure: why } = await bench.run(policy, next, { deadlineAt: 0 })
    expect(why).toEqual(exceeded('no', 'ignore'))
    expect(next.seen).toEqual([])
  })

  it('begins when a millisecond remains', async () => {
    const bench = new Bench()
    expect((await bench.run(deadlinePolicy({ limitMs: 1 }), nextThat(value))).outcome).toBe(value)
  })

  it('asks a function anew for each call', async () => {
    const bench = new Bench()
    const limitMs = vi.fn(() => 100).mockReturnValueOnce(50)
    const next = nextThat(hangs)
    const asked = deadlinePolicy({ limitMs })
    expect((await bench.run(asked, next)).failure).toEqual(exceeded('maybe', 'failure', '50 ms'))
    expect((await bench.run(asked, next)).failure).toEqual(exceeded('maybe', 'failure'))
    expect(bench.clock.now()).toBe(150)
  })

  it('ends with the call, for the call’s reason', async () => {
    const bench = new Bench()
    const { outcome, scope } = bench.start(policy, nextThat(hangs))
    const why = failure('Aborted', 'the caller gave up')
    scope.cancel(why)
    expect(await outcome).toEqual({ ok: false, failure: why })
    expect(bench.clock.pending).toBe(0)
  })

  it('is untied from the call when it has ended', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const { scope } = await bench.run(policy, next)
    scope.cancel(failure('Aborted'))
    expect(next.seen[0]?.context.scope.cancelled).toBeUndefined()
  })

  it('passes on a programming error, and leaves no timer', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const { outcome } = bench.start(
      policy,
      nextThat(() => Promise.reject(error)),
    )
    await expect(outcome).rejects.toBe(error)
    expect(bench.clock.pending).toBe(0)
  })
})
