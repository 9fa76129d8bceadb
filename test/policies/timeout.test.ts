import { describe, expect, it } from 'vitest'
import { failure } from '../../src/failures/failure.js'
import { timeoutPolicy } from '../../src/policies/timeout.js'
import { recordAttempts } from '../../src/core/attempt.js'
import type { Policy } from '../../src/core/policy.js'
import { Bench, eventsOf, fails, hangs, heeds, nextThat, takes, value } from './harness.js'

/** As in the pipeline: the record of attempts stands around it. */
const policy: Policy = (next) => recordAttempts(timeoutPolicy({ limitMs: 50 })(next))
const bare = { recorded: false }
const timedOut = (ran: 'no' | 'maybe' | 'yes') =>
  failure('AttemptTimedOut', 'no answer within 50 ms', { ran })

describe('a timeout of one attempt', () => {
  it('lets an answer in time through, and leaves no timer', async () => {
    const bench = new Bench()
    const { outcome } = await bench.run(policy, nextThat(takes(49)), bare)
    expect(outcome).toBe(value)
    expect(bench.clock.pending).toBe(0)
  })

  it('is until when what is inside has time, where it comes before the deadline', async () => {
    const bench = new Bench()
    const next = nextThat(takes(10))
    await bench.run(policy, next, { ...bare, deadlineAt: 1_000 })
    await bench.run(policy, next, { ...bare, deadlineAt: 40 })
    expect(next.seen.map(({ context }) => context.deadlineAt)).toEqual([50, 40])
  })

  it('ends an attempt that takes too long, although it ignores that', async () => {
    const bench = new Bench()
    const next = nextThat(hangs)
    const { failure: why, events, history } = await bench.run(policy, next, bare)
    expect(why).toEqual(timedOut('maybe'))
    expect(bench.clock.now()).toBe(50)
    expect(bench.clock.pending).toBe(0)
    expect(next.seen[0]?.context.scope.signal.aborted).toBe(true)
    expect(events).toEqual([
      { type: 'attempt.started', attempt: 1 },
      { type: 'attempt.ended', attempt: 1, ok: false, failure: why, ran: 'maybe', durationMs: 50 },
      { type: 'attempt.abandoned', attempt: 1, failure: why, durationMs: 50 },
    ])
    expect(history.snapshot()).toMatchObject([{ code: 'AttemptTimedOut', ran: 'maybe', durationMs: 50 }])
  })

  it('knows that nothing has run when the request did not leave', async () => {
    const bench = new Bench()
    const next = nextThat((context) => {
      if (context.attempt) context.attempt.ran = 'no'
      return heeds(context)
    })
    const { failure: why, events } = await bench.run(policy, next, bare)
    expect(why).toEqual(timedOut('no'))
    expect(eventsOf({ events }, 'attempt.abandoned')).toEqual([])
  })

  it('cancels the attempt and not the call', async () => {
    const bench = new Bench()
    const { scope } = await bench.run(policy, nextThat(hangs), bare)
    expect(scope.cancelled).toBeUndefined()
  })

  it('supposes that it may have run where nobody records attempts', async () => {
    const bench = new Bench()
    const { failure: why } = await bench.run(timeoutPolicy({ limitMs: 50 }), hangs, bare)
    expect(why).toEqual(timedOut('maybe'))
  })

  it('ends an attempt that is recorded inside of it', async () => {
    const bench = new Bench()
    const { history } = await bench.run(timeoutPolicy({ limitMs: 50 }), nextThat(hangs))
    expect(history.snapshot()).toMatchObject([{ code: 'AttemptTimedOut', ran: 'maybe', durationMs: 50 }])
  })

  it('leaves the last word to a deadline that comes first or at the same time', async () => {
    for (const deadlineAt of [10, 50]) {
      const bench = new Bench()
      const next = nextThat(takes(60))
      expect((await bench.run(policy, next, { ...bare, deadlineAt })).outcome).toBe(value)
      expect(bench.clock.now()).toBe(60)
    }
    const bench = new Bench()
    const { failure: why } = await bench.run(policy, nextThat(takes(60)), { ...bare, deadlineAt: 51 })
    expect(why?.code).toBe('AttemptTimedOut')
  })

  it('ends with the call, for the call’s reason', async () => {
    const bench = new Bench()
    const { outcome, scope } = bench.start(policy, nextThat(hangs), bare)
    const why = failure('Aborted', 'the caller gave up')
    scope.cancel(why)
    expect(await outcome).toEqual({ ok: false, failure: why })
    expect(bench.clock.pending).toBe(0)
  })

  it('is untied from the call when the attempt has ended', async () => {
    const bench = new Bench()
    const next = nextThat(fails('ConnectionReset'))
    const { scope, failure: why } = await bench.run(policy, next, bare)
    expect(why?.code).toBe('ConnectionReset')
    scope.cancel(failure('Aborted'))
    expect(next.seen[0]?.context.scope.cancelled).toBeUndefined()
  })

  it('passes on a programming error, and leaves no timer', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const { outcome } = bench.start(
      policy,
      nextThat(() => Promise.reject(error)),
      bare,
    )
    await expect(outcome).rejects.toBe(error)
    expect(bench.clock.pending).toBe(0)
  })
})
