import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Limiter, LimitSnapshot } from '../../src/core/cells/limiter.js'
import type { Context } from '../../src/core/call.js'
import type { Outcome } from '../../src/core/outcome.js'
import type { Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { adaptivePolicy, LIMITERS } from '../../src/policies/adaptive.js'
import { Bench, fails, value, type Started } from './harness.js'

/** What becomes of one attempt. */
interface Fate {
  readonly target: string
  readonly startMs: number
  readonly tookMs: number
  readonly end: 'answers' | 'reserved' | 'account' | 'rate' | 'fails' | 'throws' | 'hangs'
  readonly remainingMs: number
  readonly cancelMs: number | undefined
  /** Whether it asks for a second place while it is in flight, and whether it gives it back. */
  readonly extra: 'none' | 'returned' | 'kept'
}

const fate: fc.Arbitrary<Fate> = fc.record({
  target: fc.constantFrom('a', 'b'),
  startMs: fc.integer({ min: 0, max: 400 }),
  tookMs: fc.integer({ min: 0, max: 100 }),
  end: fc.constantFrom(
    'answers',
    'answers',
    'answers',
    'reserved',
    'account',
    'rate',
    'fails',
    'throws',
    'hangs',
  ),
  remainingMs: fc.integer({ min: 1, max: 500 }),
  cancelMs: fc.option(fc.integer({ min: 0, max: 300 }), { nil: undefined }),
  extra: fc.constantFrom('none', 'none', 'returned', 'kept'),
})

const ENDS: Readonly<Record<Exclude<Fate['end'], 'hangs' | 'throws'>, Outcome>> = {
  answers: value,
  reserved: fails('TooManyRequestsException', {
    reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  }),
  account: fails('TooManyRequestsException', { reason: 'ConcurrentInvocationLimitExceeded' }),
  rate: fails('TooManyRequestsException', { reason: 'CallerRateLimitExceeded', retryAfterMs: 20 }),
  fails: fails('ServiceException'),
}

const snapshots = ({ cells }: Bench): LimitSnapshot[] =>
  Array.from(cells.entries<Limiter>(LIMITERS), ([, limiter]) => limiter.snapshot())

it('no attempt begins above a limit, every call ends in time, and no place, waiter or timer is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { minLength: 1, maxLength: 40 }),
      fc.record({ initial: fc.integer({ min: 1, max: 6 }), queue: fc.integer({ min: 0, max: 20 }) }),
      async (fates, { initial, queue }) => {
        const bench = new Bench()
        const working = { count: 0 }
        const policy = adaptivePolicy({ initial, min: 1, max: 8, queue })
        await bench.clock.runUntil(Promise.all(fates.map((each) => play(bench, policy, each, working))))
        for (const { inFlight, queued } of snapshots(bench))
          expect({ inFlight, queued }).toEqual({ inFlight: 0, queued: 0 })
        expect(bench.clock.pending, 'timers that are not the attempts’ own').toBe(working.count)
      },
    ),
    { numRuns: 150 },
  )
}, 30_000)

async function play(bench: Bench, policy: Policy, fate: Fate, working: { count: number }): Promise<void> {
  const { clock } = bench
  const pass = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
  await pass(fate.startMs)
  const deadlineAt = clock.now() + fate.remainingMs
  let events: Started['events'] = []
  const started = bench.start(policy, attempt, { target: fate.target, deadlineAt })
  events = started.events
  const { outcome, scope } = started
  const timers = [
    clock.setTimer(fate.remainingMs, () => scope.cancel(failure('DeadlineExceeded'))),
    ...(fate.cancelMs === undefined
      ? []
      : [clock.setTimer(fate.cancelMs, () => scope.cancel(failure('Aborted')))]),
  ]
  await outcome.catch((error: unknown) => expect(error).toBe('thrown'))
  for (const timer of timers) timer.cancel()
  expect(clock.now()).toBeLessThanOrEqual(deadlineAt)

  async function attempt(_: unknown, { limiter }: Context): Promise<Outcome> {
    expectWithinLimits()
    const leave = fate.extra === 'none' ? undefined : limiter?.take()
    if (leave) {
      expectWithinLimits()
      if (fate.extra === 'returned') leave()
    }
    working.count++
    await pass(fate.tookMs)
    working.count--
    if (fate.end === 'throws') return Promise.reject('thrown')
    return fate.end === 'hangs' ? new Promise(() => {}) : ENDS[fate.end]
  }

  function expectWithinLimits(): void {
    // Who waits for the account holds the function's place meanwhile, and keeps it when that limit goes down.
    const hasWaitedForAccount = events.some(
      (event) => event.type === 'adaptive.queued' && event.scope === 'account',
    )
    for (const { target, limit = Infinity, inFlight } of snapshots(bench))
      if (target === 'client' || (target === fate.target && !hasWaitedForAccount))
        expect(inFlight).toBeLessThanOrEqual(limit)
  }
}
