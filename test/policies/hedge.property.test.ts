import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { answered, type Outcome } from '../../src/core/outcome.js'
import { parseHedge } from '../../src/policies/hedge-settings.js'
import { hedgePolicy } from '../../src/policies/hedge.js'
import { Bench, fails, type Started } from './harness.js'
import type { Context } from '../../src/core/call.js'

/** How one attempt goes: how long it takes, and how it ends. */
const fate = fc.record({
  ms: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 60 }), weight: 4 }, fc.integer({ min: 60, max: 900 })),
  ends: fc.oneof(
    { arbitrary: fc.constant('answers' as const), weight: 5 },
    fc.constantFrom('ConnectionReset' as const, 'TooManyRequestsException' as const),
  ),
})
const call = fc.record({
  afterMs: fc.integer({ min: 0, max: 40 }),
  fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
  abortMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined, freq: 8 }),
})
const scenario = fc.record({
  maxExtra: fc.constantFrom(0.05, 0.1, 0.3),
  after: fc.constantFrom('p95', 'p99', '30ms', '70ms'),
  attempts: fc.constantFrom(2, 3),
  calls: fc.array(call, { minLength: 30, maxLength: 120 }),
})

interface Attempted {
  readonly endsAt: number
  readonly ok: boolean
  readonly outcome: Outcome
}

it('sends no more than the first three hedges and the share of successes, and answers with the first good answer', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ maxExtra, after, attempts, calls }) => {
      const bench = new Bench()
      const { clock } = bench
      const policy = hedgePolicy(
        parseHedge({ maxExtra, after: after as 'p95', attempts, atLeast: 1 }, 'hedge'),
      )
      const started: { call: Started; made: Attempted[]; outcome?: Outcome; endedAt?: number }[] = []
      for (const { afterMs, fates, abortMs } of calls) {
        await clock.advance(afterMs)
        const made: Attempted[] = []
        const next = (_: unknown, context: Context): Promise<Outcome> => {
          const { ms, ends } = fates[made.length] ?? { ms: 1, ends: 'answers' }
          const ok = ends === 'answers'
          const outcome = ok ? answered(made.length) : fails(ends)
          made.push({ endsAt: clock.now() + ms, ok, outcome })
          return new Promise((resolve) => {
            const timer = clock.setTimer(ms, () => resolve(outcome))
            context.scope.onCancel((why) => {
              timer.cancel()
              resolve({ ok: false, failure: why })
            })
          })
        }
        const one = { call: bench.start(policy, next, { idempotent: true }), made }
        started.push(one)
        void one.call.outcome.then((outcome) => Object.assign(one, { outcome, endedAt: clock.now() }))
        if (abortMs !== undefined)
          clock.setTimer(abortMs, () => one.call.scope.cancel({ ...failureOf(fails('Aborted')) }))
      }
      await clock.advance(2_000)

      const successes = started.filter(({ outcome }) => outcome?.ok).length
      const extra = started.reduce((sum, { made }) => sum + made.length - 1, 0)
      expect(extra).toBeLessThanOrEqual(3 + maxExtra * successes + 1e-6)
      expect(clock.pending).toBe(0)

      for (const {
        call: { scope, history },
        made,
        outcome,
        endedAt = 0,
      } of started) {
        expect(made.length).toBeLessThanOrEqual(attempts)
        expect(history.mayBeRunning).toBe(false)
        expect(history.snapshot().map(({ number }) => number)).toEqual(made.map((_, index) => index + 1))
        if (scope.cancelled && !outcome?.ok) continue
        const good = made.filter(({ ok }) => ok).map(({ endsAt }) => endsAt)
        if (good.length > 0) {
          expect(endedAt).toBe(Math.min(...good))
          expect(
            made.filter(({ ok, endsAt }) => ok && endsAt === endedAt).map((each) => each.outcome),
          ).toContain(outcome)
        } else {
          expect(outcome?.ok).toBe(false)
          expect(endedAt).toBe(Math.max(...made.map(({ endsAt }) => endsAt)))
        }
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)

function failureOf(outcome: Outcome): Extract<Outcome, { ok: false }>['failure'] {
  if (outcome.ok) throw new Error('It is an answer.')
  return outcome.failure
}
