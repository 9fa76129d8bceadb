import { describe, expect, it } from 'vitest'
import { failure } from '../../src/failures/failure.js'
import { bulkheadPolicy, type BulkheadSettings } from '../../src/policies/bulkhead.js'
import type { Places } from '../../src/core/cells/places.js'
import { Bench, eventsOf, hangs, heeds, nextThat, takes, timesOf, value, type Started } from './harness.js'

const settings: BulkheadSettings = { concurrency: 1, queue: 2, maxWaitMs: 1_000 }
const policy = bulkheadPolicy(settings)

/** How many calls are in flight and how many wait, over all places of a bench. */
function standing({ cells }: Bench): { inFlight: number; queued: number }[] {
  return Array.from(cells.entries<Places>('bulkhead'), ([, { inFlight, queued }]) => ({ inFlight, queued }))
}

describe('a bulkhead', () => {
  it('lets as many calls in as it has places, without a word', async () => {
    const bench = new Bench()
    const two = bulkheadPolicy({ ...settings, concurrency: 2 })
    const next = nextThat(takes(10))
    const calls = [bench.start(two, next), bench.start(two, next)]
    expect(next.seen).toHaveLength(2)
    await bench.clock.advance(10)
    for (const { outcome, history, events } of calls) {
      expect(await outcome).toBe(value)
      expect(history.queuedMs).toBe(0)
      expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    }
    expect(standing(bench)).toEqual([{ inFlight: 0, queued: 0 }])
  })

  it('lets the others wait, first come first served, and reports how long', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    const calls = ['a', 'b', 'c'].map((payload) => bench.start(policy, next, { payload }))
    expect(standing(bench)).toEqual([{ inFlight: 1, queued: 2 }])
    await bench.clock.advance(300)
    expect(next.seen.map(({ call }) => call.payload)).toEqual(['a', 'b', 'c'])
    expect(timesOf(next)).toEqual([0, 100, 200])
    expect(calls.map(({ history }) => history.queuedMs)).toEqual([0, 100, 200])
    expect(calls.map((call) => eventsOf(call, 'bulkhead.queued'))).toEqual([
      [],
      [{ type: 'bulkhead.queued', scope: 'function', inFlight: 1, queued: 1 }],
      [{ type: 'bulkhead.queued', scope: 'function', inFlight: 1, queued: 2 }],
    ])
    expect(standing(bench)).toEqual([{ inFlight: 0, queued: 0 }])
    expect(bench.clock.pending).toBe(0)
  })

  it('refuses at once when the queue is full', async () => {
    const bench = new Bench()
    const next = nextThat(hangs)
    for (let n = 0; n < 3; n++) bench.start(policy, next)
    const { outcome, history, events } = bench.start(policy, next)
    expect(await outcome).toEqual({
      ok: false,
      failure: failure(
        'BulkheadFull',
        'the bulkhead of the function is full: 1 calls are in flight and 2 wait',
      ),
    })
    expect(history.queuedMs).toBe(0)
    expect(events).toEqual([
      {
        type: 'bulkhead.refused',
        scope: 'function',
        why: '1 calls are in flight and 2 wait',
        inFlight: 1,
        queued: 2,
      },
    ])
    expect(next.seen).toHaveLength(1)
    expect(bench.clock.now()).toBe(0)
  })

  it('refuses at once without a queue', async () => {
    const bench = new Bench()
    const none = bulkheadPolicy({ ...settings, queue: 0 })
    bench.start(none, hangs)
    expect((await bench.run(none, hangs)).failure?.code).toBe('BulkheadFull')
  })

  it('lets nobody wait longer than the longest wait', async () => {
    const bench = new Bench()
    const next = nextThat(hangs)
    bench.start(policy, next)
    await bench.clock.advance(500)
    const { failure: why, history, events } = await bench.run(policy, next)
    expect(why).toEqual(
      failure('BulkheadWaitTooLong', 'the bulkhead of the function is full: no place came free within 1 s'),
    )
    expect(bench.clock.now()).toBe(1_500)
    expect(history.queuedMs).toBe(1_000)
    expect(eventsOf({ events }, 'bulkhead.refused')).toMatchObject([
      { scope: 'function', why: 'no place came free within 1 s', inFlight: 1 },
    ])
    expect(standing(bench)).toEqual([{ inFlight: 1, queued: 0 }])
    expect(bench.clock.pending).toBe(0)
    expect(next.seen).toHaveLength(1)
  })

  it('gives its place to who has waited a millisecond less than too long', async () => {
    const bench = new Bench()
    bench.start(policy, nextThat(takes(999)))
    const { outcome, history } = await bench.run(policy, nextThat(value))
    expect(outcome).toBe(value)
    expect(history.queuedMs).toBe(999)
  })

  it('lets a cancelled waiter leave the queue at once, and loses no place by it', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    bench.start(policy, next)
    const waiting = bench.start(policy, next, { payload: 'cancelled' })
    const behind = bench.start(policy, next, { payload: 'behind' })
    const why = failure('Aborted', 'the caller gave up')
    await bench.clock.advance(30)
    waiting.scope.cancel(why)
    expect(standing(bench)).toEqual([{ inFlight: 1, queued: 1 }])
    expect(await waiting.outcome).toEqual({ ok: false, failure: why })
    expect(waiting.history.queuedMs).toBe(30)
    expect(eventsOf(waiting, 'bulkhead.refused')).toEqual([])
    await bench.clock.advance(70)
    expect(next.seen.map(({ call }) => call.payload)).toEqual(['in', 'behind'])
    await bench.clock.advance(100)
    expect(await behind.outcome).toBe(value)
    expect(standing(bench)).toEqual([{ inFlight: 0, queued: 0 }])
    expect(bench.clock.pending).toBe(0)
  })

  it('does not queue a call that was cancelled before', async () => {
    const bench = new Bench()
    bench.start(policy, hangs)
    const why = failure('Aborted')
    const cancelled = bench.start(
      (next) => (call, context) => {
        context.scope.cancel(why)
        return policy(next)(call, context)
      },
      hangs,
    )
    expect(await cancelled.outcome).toEqual({ ok: false, failure: why })
    expect(cancelled.events).toEqual([])
    expect(standing(bench)).toEqual([{ inFlight: 1, queued: 0 }])
  })

  it('copes with an observer that cancels the call on hearing that it waits', async () => {
    const bench = new Bench()
    bench.start(policy, hangs)
    const why = failure('Aborted')
    const { outcome } = bench.start(
      (next) => (call, context) => policy(next)(call, { ...context, emit: () => context.scope.cancel(why) }),
      hangs,
    )
    expect(await outcome).toEqual({ ok: false, failure: why })
    expect(standing(bench)).toEqual([{ inFlight: 1, queued: 0 }])
    expect(bench.clock.pending).toBe(0)
  })

  it('gets a place back from a call that was cancelled in flight, even one that ignores it', async () => {
    for (const flight of [heeds, hangs]) {
      const bench = new Bench()
      const first = bench.start(policy, nextThat(flight))
      const second = bench.start(policy, nextThat(value))
      first.scope.cancel(failure('Aborted'))
      expect((await first.outcome).ok).toBe(false)
      expect(await second.outcome).toBe(value)
      expect(standing(bench)).toEqual([{ inFlight: 0, queued: 0 }])
    }
  })

  it('gets a place back when what is inside throws, now or later', async () => {
    const error = new TypeError('a mistake')
    const throwing: Started['outcome'][] = []
    const bench = new Bench()
    const now = (): never => {
      throw error
    }
    throwing.push(
      bench.start(
        policy,
        nextThat(() => Promise.reject(error)),
      ).outcome,
    )
    await expect(throwing[0]).rejects.toBe(error)
    await expect(bench.start(policy, now, { recorded: false }).outcome).rejects.toBe(error)
    expect(standing(bench)).toEqual([{ inFlight: 0, queued: 0 }])
    expect((await bench.run(policy, nextThat(value))).outcome).toBe(value)
  })

  it('works while nobody listens', async () => {
    const bench = new Bench()
    const silent = { silent: true }
    bench.start(policy, nextThat(takes(2_000)), silent)
    const waiting = bench.start(policy, hangs, silent)
    bench.start(policy, hangs, silent)
    expect((await bench.run(policy, hangs, silent)).failure?.code).toBe('BulkheadFull')
    const late = await bench.clock.runUntil(waiting.outcome)
    expect(late).toMatchObject({ failure: { code: 'BulkheadWaitTooLong' } })
  })
})

describe('what shares the places', () => {
  it('is one function', async () => {
    const bench = new Bench()
    bench.start(policy, hangs, { target: 'slow' })
    const next = nextThat(value)
    expect((await bench.run(policy, next, { target: 'healthy' })).outcome).toBe(value)
    bench.start(bulkheadPolicy({ ...settings }), next, { target: 'slow' })
    expect(next.seen).toHaveLength(1)
  })

  it('is one client, whatever its functions', async () => {
    const bench = new Bench()
    const perClient = bulkheadPolicy(settings, 'client')
    bench.start(perClient, hangs, { target: 'a', client: 'eu' })
    const next = nextThat(value)
    const waiting = bench.start(perClient, next, { target: 'b', client: 'eu' })
    expect(eventsOf(waiting, 'bulkhead.queued')).toMatchObject([{ scope: 'client' }])
    expect((await bench.run(perClient, next, { target: 'b', client: 'us' })).outcome).toBe(value)
    bench.start(perClient, hangs, { target: 'c', client: 'eu' })
    const { failure: why } = await bench.run(perClient, hangs, { client: 'eu' })
    expect(why?.message).toBe('the bulkhead of the client is full: 1 calls are in flight and 2 wait')
  })

  it('is not the same for a function and a client of the same name, nor for other settings', async () => {
    const bench = new Bench()
    const same = { target: 'x', client: 'x' }
    bench.start(policy, hangs, same)
    bench.start(bulkheadPolicy(settings, 'client'), hangs, same)
    bench.start(bulkheadPolicy({ ...settings, queue: 3 }), hangs, same)
    bench.start(bulkheadPolicy({ ...settings, concurrency: 2 }), hangs, same)
    expect(standing(bench)).toHaveLength(4)
    bench.start(bulkheadPolicy({ ...settings, maxWaitMs: 5 }), hangs, same)
    expect(standing(bench)).toHaveLength(4)
  })
})
