import { describe, expect, it, vi } from 'vitest'
import { observeAttempts, recordAttempts } from '../../src/core/attempt.js'
import type { Around } from '../../src/core/emitter.js'
import type { ObservedScope } from '../../src/core/events.js'
import { compose, type Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { Bench, fails, hangs, heeds, nextThat, value } from '../policies/harness.js'

const bare = { recorded: false }

describe('the record of attempts', () => {
  it('hands the attempt on to what is inside, and writes down how it ended', async () => {
    const bench = new Bench()
    const next = nextThat(fails('ConnectionReset'))
    const { outcome, history, events } = await bench.run(recordAttempts, next, bare)
    expect(outcome).toEqual(fails('ConnectionReset'))
    expect(history.snapshot()).toMatchObject([{ number: 1, code: 'ConnectionReset', durationMs: 0 }])
    expect(next.seen[0]?.context.attempt?.number).toBe(1)
    expect(next.seen[0]?.context.carrier).toBeUndefined()
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
  })

  it('abandons the attempt when the call is cancelled, even where that is ignored', () => {
    const bench = new Bench()
    const { scope, history, events } = bench.start(recordAttempts, nextThat(hangs), bare)
    scope.cancel(failure('Aborted', 'the caller gave up'))
    expect(history.snapshot()).toMatchObject([{ code: 'Aborted', ran: 'maybe', durationMs: 0 }])
    expect(events.at(-1)).toMatchObject({ type: 'attempt.abandoned', attempt: 1 })
  })

  it('no longer listens when the attempt has ended', async () => {
    const bench = new Bench()
    const { scope, history } = await bench.run(recordAttempts, nextThat(value), bare)
    const abandon = vi.spyOn(history, 'abandon')
    scope.cancel(failure('Aborted'))
    expect(abandon).not.toHaveBeenCalled()
  })

  it('does not begin one when the call has been cancelled', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const cancelled: Policy = (inner) => async (call, context) => {
      context.scope.cancel(failure('Aborted'))
      return recordAttempts(inner)(call, context)
    }
    const { failure: why, history } = await bench.run(cancelled, next, bare)
    expect(why).toEqual(failure('Aborted'))
    expect(history.snapshot()).toEqual([])
    expect(next.seen).toEqual([])
  })

  it('passes on a programming error, writes it down, and no longer listens', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const next = nextThat(() => Promise.reject(error))
    const { outcome, scope, history } = bench.start(recordAttempts, next, bare)
    await expect(outcome).rejects.toBe(error)
    expect(history.snapshot()).toMatchObject([{ code: 'OperationFailed', ran: 'maybe', durationMs: 0 }])
    const abandon = vi.spyOn(history, 'abandon')
    scope.cancel(failure('Aborted'))
    expect(abandon).not.toHaveBeenCalled()
  })

  it('lets observers stand around each attempt, with a carrier that travels', async () => {
    const bench = new Bench()
    const scopes: ObservedScope[] = []
    const around: Around = (scope, run) => {
      scopes.push(scope)
      scope.carrier['traceparent'] = 'trace'
      return run()
    }
    const next = nextThat(value)
    await bench.run((inner) => compose([recordAttempts, observeAttempts(around)], inner), next, bare)
    expect(scopes).toEqual([
      { type: 'attempt', call: 0, target: 'quote', attempt: 1, carrier: { traceparent: 'trace' } },
    ])
    expect(next.seen[0]?.context).toMatchObject({ attempt: { number: 1 }, carrier: { traceparent: 'trace' } })
  })

  it('leaves an outcome that comes from cancelling as the transport gave it', async () => {
    const bench = new Bench()
    const { outcome, scope } = bench.start(recordAttempts, nextThat(heeds), bare)
    const why = failure('Aborted')
    scope.cancel(why)
    expect(await outcome).toEqual({ ok: false, failure: why })
  })
})
