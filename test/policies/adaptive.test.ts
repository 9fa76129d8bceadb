import { describe, expect, it } from 'vitest'
import type { Limiter, LimitSnapshot } from '../../src/core/cells/limiter.js'
import type { AttemptLimiter, Leave } from '../../src/core/call.js'
import type { Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { adaptivePolicy, LIMITERS } from '../../src/policies/adaptive.js'
import { parseAdaptive, type AdaptiveOptions } from '../../src/policies/adaptive-settings.js'
import { Bench, eventsOf, fails, hangs, heeds, nextThat, takes, timesOf, value } from './harness.js'

const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded'
const ACCOUNT = 'ConcurrentInvocationLimitExceeded'
const RATE = 'ReservedFunctionInvocationRateLimitExceeded'
const CALLER_RATE = 'CallerRateLimitExceeded'

const policy = (options: AdaptiveOptions | true = true): Policy =>
  adaptivePolicy(parseAdaptive(options, 'adaptive'))
const onePlace = policy({ initial: 1, max: 1 })
const throttled = (reason?: string, retryAfterMs?: number): ReturnType<typeof fails> =>
  fails('TooManyRequestsException', { reason, retryAfterMs })

function limitOf({ cells }: Bench, target: string): LimitSnapshot {
  const limiters = Array.from(cells.entries<Limiter>(LIMITERS), ([, limiter]) => limiter.snapshot())
  const found = limiters.find((limit) => limit.target === target)
  if (!found) throw new Error(`${target} has no limit`)
  return found
}

/** Whether nobody holds a place or waits any more, and no timer is left. */
function isEmpty({ cells, clock }: Bench): boolean {
  const limits = Array.from(cells.entries<Limiter>(LIMITERS), ([, limiter]) => limiter)
  return clock.pending === 0 && limits.every(({ inFlight, queued }) => inFlight === 0 && queued === 0)
}

describe('adaptive concurrency', () => {
  it('lets as many attempts in as the limit allows, and the others wait', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    const calls = [1, 2, 3].map(() => bench.start(policy({ initial: 2, max: 2 }), next))
    expect(limitOf(bench, 'quote')).toEqual({
      target: 'quote',
      scope: 'function',
      limit: 2,
      inFlight: 2,
      queued: 1,
      paceMs: 0,
      throttles: 0,
    })
    await bench.clock.advance(200)
    for (const { outcome } of calls) expect(await outcome).toBe(value)
    expect(timesOf(next)).toEqual([0, 0, 100])
    expect(calls.map(({ history }) => history.queuedMs)).toEqual([0, 0, 100])
    expect(calls.map((call) => eventsOf(call, 'adaptive.queued'))).toEqual([
      [],
      [],
      [{ type: 'adaptive.queued', scope: 'function', inFlight: 2, queued: 1 }],
    ])
    expect(isEmpty(bench)).toBe(true)
  })

  it('serves those who wait by their deadlines, and first come, first served among equals', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    const deadlines = { first: 9_000, last: Infinity, late: 5_000, soon: 3_000, lateToo: 5_000 }
    const calls = Object.entries(deadlines).map(([payload, deadlineAt]) =>
      bench.start(onePlace, next, { payload, deadlineAt }),
    )
    await bench.clock.advance(500)
    await Promise.all(calls.map(({ outcome }) => outcome))
    expect(next.seen.map(({ call }) => call.payload)).toEqual(['first', 'soon', 'late', 'lateToo', 'last'])
  })

  it('goes down once for a burst of throttles, and tells it', async () => {
    const bench = new Bench()
    const next = nextThat(takes(5, throttled(RESERVED)))
    const calls = Array.from({ length: 20 }, () => bench.start(policy(), next))
    await bench.clock.advance(5)
    expect(limitOf(bench, 'quote')).toMatchObject({ limit: 17, inFlight: 0, throttles: 20 })
    const told = calls.flatMap((call) => eventsOf(call, 'adaptive.limit'))
    expect(told).toEqual([{ type: 'adaptive.limit', scope: 'function', from: 20, to: 17, why: 'throttled' }])
  })

  it('goes up only while the limit is used', async () => {
    const bench = new Bench()
    const next = nextThat(takes(10))
    for (let round = 0; round < 50; round++) await bench.run(policy({ initial: 2 }), next)
    expect(limitOf(bench, 'quote').limit).toBe(2)
    const calls = [1, 2].map(() => bench.start(policy({ initial: 2 }), next))
    await bench.clock.advance(10)
    expect(limitOf(bench, 'quote').limit).toBe(3)
    expect(calls.flatMap((call) => eventsOf(call, 'adaptive.limit'))).toEqual([
      { type: 'adaptive.limit', scope: 'function', from: 2, to: 3, why: 'used to the full' },
    ])
  })

  it.each([
    ['time-outs', fails('AttemptTimedOut')],
    ['service errors', fails('ServiceException')],
    ['an open circuit', fails('CircuitOpen')],
    ['errors of the function', fails('FunctionError')],
    ['a function that answers 429 itself', fails('HttpTooManyRequests')],
  ])('is not driven down by %s', async (_, outcome) => {
    const bench = new Bench()
    for (let n = 0; n < 30; n++) bench.start(policy(), nextThat(outcome))
    await bench.clock.advance(1)
    expect(limitOf(bench, 'quote').limit).toBeGreaterThanOrEqual(20)
  })

  it('refuses at once when the line is full', async () => {
    const bench = new Bench()
    const none = policy({ initial: 1, max: 1, queue: 0 })
    bench.start(none, hangs)
    const { failure: why, events } = await bench.run(none, hangs)
    expect(why).toMatchObject({
      code: 'ConcurrencyLimited',
      verdict: { kind: 'local', ran: 'no' },
      message: 'the concurrency of the function is limited: 1 attempts are in flight and 0 wait',
    })
    expect(why?.retryAfterMs).toBeUndefined()
    expect(events).toMatchObject([{ type: 'adaptive.refused', scope: 'function', inFlight: 1, queued: 0 }])
  })

  it('refuses at once what cannot be served in time, and says when to come again', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    for (let n = 0; n < 10; n++) await bench.run(onePlace, next)
    const now = bench.clock.now()
    for (let n = 0; n < 5; n++) bench.start(onePlace, next, { deadlineAt: now + 10_000 })
    const late = bench.start(onePlace, next, { deadlineAt: now + 10_000 })
    const { failure: why } = await bench.run(onePlace, next, { deadlineAt: now + 199 })
    expect(bench.clock.now()).toBe(now)
    expect(why).toMatchObject({
      code: 'ConcurrencyLimited',
      retryAfterMs: 200,
      message:
        'the concurrency of the function is limited: 1 attempts are in flight and 5 wait: it needs 200 ms of the 199 ms that remain',
    })
    await bench.clock.advance(600)
    expect(await late.outcome).toBe(value)
  })

  it('lets one that comes to the end of its time wait while too little is known', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    for (let n = 0; n < 9; n++) await bench.run(onePlace, next)
    bench.start(onePlace, next)
    const waiting = bench.start(onePlace, next, { deadlineAt: bench.clock.now() + 101 })
    await bench.clock.advance(200)
    expect(await waiting.outcome).toBe(value)
  })

  it('lets nobody overtake who comes in the very moment in which a place is given back', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    const narrow = policy({ initial: 1, max: 2 })
    const emitting: Policy = (inner) => (call, context) =>
      narrow(inner)(call, {
        ...context,
        emit: ({ type }) =>
          void (type === 'adaptive.limit' && bench.start(narrow, next, { payload: 'newcomer' })),
      })
    bench.start(emitting, next, { payload: 'first' })
    bench.start(narrow, next, { payload: 'waiting' })
    await bench.clock.advance(100)
    expect(next.seen.map(({ call }) => call.payload)).toEqual(['first', 'waiting', 'newcomer'])
  })

  it('passes over one whose deadline is there', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    bench.start(onePlace, next)
    bench.start(onePlace, next, { payload: 'too late', deadlineAt: 100 })
    bench.start(onePlace, next, { payload: 'in time' })
    await bench.clock.advance(100)
    expect(next.seen.map(({ call }) => call.payload)).toEqual(['in', 'in time'])
  })

  it('lets a cancelled waiter leave at once, and loses no place by it', async () => {
    const bench = new Bench()
    const next = nextThat(takes(100))
    bench.start(onePlace, next)
    const waiting = bench.start(onePlace, next)
    const behind = bench.start(onePlace, next)
    await bench.clock.advance(30)
    const why = failure('Aborted', 'the caller gave up')
    waiting.scope.cancel(why)
    expect(await waiting.outcome).toEqual({ ok: false, failure: why })
    expect(waiting.history.queuedMs).toBe(30)
    await bench.clock.advance(170)
    expect(await behind.outcome).toBe(value)
    expect(next.seen).toHaveLength(2)
    expect(isEmpty(bench)).toBe(true)
  })

  it('does not queue a call that was cancelled before, nor one that is cancelled on hearing that it waits', async () => {
    const bench = new Bench()
    bench.start(onePlace, hangs)
    const why = failure('Aborted')
    const before: Policy = (next) => (call, context) => {
      context.scope.cancel(why)
      return onePlace(next)(call, context)
    }
    const hearing: Policy = (next) => (call, context) =>
      onePlace(next)(call, { ...context, emit: () => context.scope.cancel(why) })
    for (const cancelling of [before, hearing])
      expect(await bench.start(cancelling, hangs).outcome).toEqual({ ok: false, failure: why })
    expect(limitOf(bench, 'quote')).toMatchObject({ inFlight: 1, queued: 0 })
  })

  it.each([
    ['heeds', heeds],
    ['ignores', hangs],
  ])('gets a place back from an attempt that %s its cancellation', async (_, flight) => {
    const bench = new Bench()
    const first = bench.start(onePlace, nextThat(flight))
    const second = bench.start(onePlace, nextThat(value))
    first.scope.cancel(failure('Aborted'))
    expect(await second.outcome).toBe(value)
    expect(isEmpty(bench)).toBe(true)
  })

  it('gets a place back when what is inside throws', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const next = nextThat(() => Promise.reject(error))
    await expect(bench.start(onePlace, next).outcome).rejects.toBe(error)
    expect(isEmpty(bench)).toBe(true)
  })
})

describe('the Reason of a throttle', () => {
  it.each([
    [RESERVED, 17, undefined],
    [undefined, 17, undefined],
    ['SomethingNewLimitExceeded', 17, undefined],
    [ACCOUNT, 20, 17],
  ])('%s narrows what it speaks of', async (reason, limit, account) => {
    const bench = new Bench()
    for (let n = 0; n < 20; n++) bench.start(policy(), nextThat(takes(5, throttled(reason))))
    await bench.clock.advance(5)
    expect(limitOf(bench, 'quote').limit).toBe(limit)
    expect(limitOf(bench, 'client').limit).toBe(account)
  })

  it('of the account gates all functions of it, and no other account', async () => {
    const bench = new Bench()
    const busy = nextThat(hangs)
    const gate = bench.start(policy(), nextThat(takes(5, throttled(ACCOUNT))), { target: 'a' })
    for (let n = 0; n < 3; n++) bench.start(policy(), busy, { target: 'b' })
    await bench.clock.advance(5)
    await gate.outcome
    expect(limitOf(bench, 'client')).toMatchObject({ scope: 'account', limit: 2, inFlight: 3 })
    const waiting = bench.start(policy(), hangs, { target: 'c' })
    expect(eventsOf(waiting, 'adaptive.queued')).toMatchObject([{ scope: 'account' }])
    bench.start(policy(), busy, { target: 'd', client: 'other' })
    expect(busy.seen).toHaveLength(4)
  })

  it('of the account is forgotten after a minute in which it bounded nobody', async () => {
    const bench = new Bench()
    const gated = bench.run(policy(), nextThat(throttled(ACCOUNT)))
    expect((await gated).failure?.reason).toBe(ACCOUNT)
    expect(limitOf(bench, 'client').limit).toBe(1)
    await bench.clock.advance('59s')
    const two = [1, 2].map(() => bench.start(policy(), nextThat(takes(10))))
    await bench.clock.advance(60_001)
    expect(two.map(({ history }) => history.queuedMs)).toEqual([0, 10])
    await bench.run(policy(), nextThat(value))
    const { events } = await bench.run(policy(), nextThat(value))
    expect(limitOf(bench, 'client').limit).toBeUndefined()
    expect(events.map(({ type }) => type)).not.toContain('adaptive.queued')
  })

  it('does not widen a function that only waits for its account', async () => {
    const bench = new Bench()
    await bench.run(policy(), nextThat(throttled(ACCOUNT)))
    const next = nextThat(takes(10))
    for (let n = 0; n < 60; n++) bench.start(policy(), next)
    await bench.clock.advance(400)
    expect(limitOf(bench, 'quote').limit).toBe(20)
  })

  it.each([
    [RATE, 'quote', 'function'],
    [CALLER_RATE, 'client', 'account'],
  ])('%s spaces out starts and leaves concurrency as it is', async (reason, target, scope) => {
    const bench = new Bench()
    const steps = [...Array.from({ length: 9 }, () => value), throttled(reason), value] as const
    const next = nextThat(value, ...steps)
    for (let n = 0; n < 10; n++) await bench.run(policy(), next)
    const { events } = await bench.run(policy(), next)
    expect(eventsOf({ events }, 'adaptive.pace')).toMatchObject([{ scope, fromMs: 0 }])
    const { limit, paceMs } = limitOf(bench, target)
    expect(limit).toBe(target === 'quote' ? 20 : undefined)
    expect(paceMs).toBeCloseTo(1_000 / 9)
    const startedAt = bench.clock.now()
    const calls = [1, 2, 3].map(() => bench.start(policy(), nextThat(value)))
    await bench.clock.advance(1_000)
    const waits = calls.map(({ history }) => Math.round(history.queuedMs))
    expect(waits[0]).toBe(Math.round(paceMs))
    expect(waits[1]).toBeGreaterThan(200)
    expect(waits[2]).toBeLessThan(340)
    expect(bench.clock.now()).toBe(startedAt + 1_000)
    expect(isEmpty(bench)).toBe(true)
  })

  it('of a rate has the service’s own hint waited for, and refuses who cannot wait so long', async () => {
    const bench = new Bench()
    await bench.run(policy(), nextThat(throttled(RATE, 3_000)))
    const { failure: why } = await bench.run(policy(), nextThat(value), { deadlineAt: 2_000 })
    expect(why).toMatchObject({ code: 'ConcurrencyLimited', retryAfterMs: 3_000 })
    expect(bench.clock.now()).toBe(0)
    const { history } = await bench.run(policy(), nextThat(value), { deadlineAt: 5_000 })
    expect(history.queuedMs).toBe(3_000)
  })

  it('of a rate has no hint waited for longer than a minute', async () => {
    const bench = new Bench()
    await bench.run(policy(), nextThat(throttled(RATE, 3_600_000)))
    const { history } = await bench.run(policy(), nextThat(value))
    expect(history.queuedMs).toBe(60_000)
  })

  it('of a rate is forgotten after a minute in which it held nobody up', async () => {
    const bench = new Bench()
    await bench.run(policy(), nextThat(throttled(RATE)))
    expect(limitOf(bench, 'quote').paceMs).toBeGreaterThan(0)
    await bench.clock.advance('61s')
    await bench.run(policy(), nextThat(value))
    expect(limitOf(bench, 'quote').paceMs).toBe(0)
  })

  it('leaves no timer behind when all who waited for their turn are cancelled', async () => {
    const bench = new Bench()
    await bench.run(policy(), nextThat(throttled(RATE, 3_000)))
    const waiting = [1, 2].map(() => bench.start(policy(), nextThat(value)))
    expect(bench.clock.pending).toBe(1)
    for (const { scope } of waiting) scope.cancel(failure('Aborted'))
    await Promise.all(waiting.map(({ outcome }) => outcome))
    expect(isEmpty(bench)).toBe(true)
  })
})

describe('the limiter that what is inside may ask', () => {
  /** Runs something with the limiter of an attempt. */
  async function inside(options: AdaptiveOptions, run: (limiter: AttemptLimiter) => void): Promise<Bench> {
    const bench = new Bench()
    await bench.run(
      policy(options),
      nextThat(({ limiter }) => {
        if (limiter) run(limiter)
        return value
      }),
    )
    return bench
  }

  it('gives as many more places as are free, and none to one that must wait', async () => {
    const given: (Leave | undefined)[] = []
    const bench = await inside({ initial: 3, max: 3 }, (limiter) => {
      given.push(limiter.take(), limiter.take(), limiter.take())
      given[0]?.()
      given.push(limiter.take(), limiter.take())
    })
    const place = expect.any(Function)
    expect(given).toEqual([place, place, undefined, place, undefined])
    expect(isEmpty(bench)).toBe(true)
  })

  it('gives each place back once, the first one’s as well', async () => {
    const inFlight: number[] = []
    const bench = new Bench()
    const next = nextThat(({ limiter }) => {
      const note = (): unknown => inFlight.push(limitOf(bench, 'quote').inFlight)
      const [one] = [limiter?.take(), limiter?.take()]
      note()
      for (const leave of [one, one, limiter?.leave, limiter?.leave]) {
        leave?.(value)
        note()
      }
      return value
    })
    await bench.run(policy(), next)
    expect(inFlight).toEqual([3, 2, 2, 1, 1])
    expect(isEmpty(bench)).toBe(true)
  })

  it('gives none after the attempt has ended', async () => {
    let late: AttemptLimiter | undefined
    const bench = await inside({}, (limiter) => {
      late = limiter
    })
    expect(late?.take()).toBeUndefined()
    expect(isEmpty(bench)).toBe(true)
  })

  it('takes a place of the function and of the account, or of none', async () => {
    const bench = new Bench()
    const account = (): number => limitOf(bench, 'client').inFlight
    const seen: unknown[] = []
    const next = nextThat(({ limiter }) => {
      const leave = limiter?.take()
      seen.push(account(), limiter?.take(), account())
      leave?.()
      seen.push(account())
      return value
    })
    await bench.run(policy({ initial: 2, max: 2 }), next)
    expect(seen).toEqual([2, undefined, 2, 1])
  })

  it('learns from how an extra attempt went', async () => {
    const bench = await inside({}, (limiter) => {
      limiter.take()?.(throttled(RESERVED))
    })
    expect(limitOf(bench, 'quote')).toMatchObject({ throttles: 1, inFlight: 0 })
  })

  it('knows of throttles for ten seconds', async () => {
    const bench = new Bench()
    const lately: (boolean | undefined)[] = []
    const ask = nextThat(({ limiter }) => {
      lately.push(limiter?.throttledLately)
      return value
    })
    await bench.run(policy(), ask)
    await bench.run(policy(), nextThat(throttled(ACCOUNT)))
    await bench.clock.advance(9_999)
    await bench.run(policy(), ask)
    await bench.clock.advance(1)
    await bench.run(policy(), ask)
    expect(lately).toEqual([false, true, false])
  })
})

it('a limiter may be forgotten when nobody holds a place, waits, or was throttled for a minute', async () => {
  const bench = new Bench()
  const idle = (): boolean[] => Array.from(bench.cells.entries<Limiter>(LIMITERS), ([, cell]) => cell.idle())
  const call = bench.start(policy(), nextThat(takes(10)))
  expect(idle()).toEqual([false, false])
  await bench.clock.advance(10)
  await call.outcome
  expect(idle()).toEqual([true, true])
  await bench.run(policy(), nextThat(throttled(RESERVED)))
  expect(idle()).toEqual([false, true])
  await bench.clock.advance(60_001)
  expect(idle()).toEqual([true, true])
})
