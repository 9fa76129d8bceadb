import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { RetryBudget } from '../../../src/core/cells/retry-budget.js'
import { fakeClock } from '../../../src/testing/fake-clock.js'

const CAPACITY = 25
const PER_SECOND = 0.2
const ROUNDING = 1e-6

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'first'; readonly ok: boolean }
  | { readonly do: 'hedge' }
  | { readonly do: 'retry'; readonly times: 1 | 8; readonly ends: End; readonly later: boolean }

type End = 'ok' | 'failed' | 'refused'

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }),
  fc.record({ do: fc.constant('first' as const), ok: fc.boolean() }),
  fc.record({ do: fc.constant('hedge' as const) }),
  fc.record({
    do: fc.constant('retry' as const),
    times: fc.constantFrom(1 as const, 8 as const),
    ends: fc.constantFrom<End>('ok', 'failed', 'failed', 'refused'),
    // Whether it ends only when all others have: what is under way at once.
    later: fc.boolean(),
  }),
)

it('spends on retries that fail, and on hedges, no more than it had, and what successes and time have brought', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 0.2, 0.5, 2),
      fc.array(step, { maxLength: 120 }),
      async (perSuccess, steps) => {
        const clock = fakeClock()
        const budget = new RetryBudget(perSuccess, clock)
        const late: (() => void)[] = []
        let [wasted, successes] = [0, 0]

        function end(paid: number, ends: End, startedAt = clock.now()): void {
          if (ends === 'refused') return budget.giveBack(paid)
          if (ends === 'ok') {
            successes++
            return budget.succeeded(paid)
          }
          wasted += paid
          budget.failed(startedAt)
        }

        function check(): void {
          expect(budget.tokens).toBeGreaterThanOrEqual(0)
          expect(budget.tokens).toBeLessThanOrEqual(CAPACITY)
          const earned = perSuccess * successes + (PER_SECOND * clock.now()) / 1_000
          expect(wasted).toBeLessThanOrEqual(CAPACITY + earned + ROUNDING)
        }

        for (const each of steps) {
          if (each.do === 'wait') await clock.advance(each.ms)
          else if (each.do === 'first') end(0, each.ok ? 'ok' : 'failed')
          else if (each.do === 'hedge') wasted += budget.takeOne() ? 1 : 0
          else {
            const before = budget.tokens
            const startedAt = clock.now()
            const paid = budget.take(each.times)
            expect(budget.tokens).toBeCloseTo(before - paid, 9)
            if (before === CAPACITY) expect(paid).toBeGreaterThan(0)
            if (paid === 0) continue
            if (each.later) late.push(() => end(paid, each.ends, startedAt))
            else end(paid, each.ends)
          }
          check()
        }
        for (const settle of late) {
          settle()
          check()
        }
      },
    ),
    { numRuns: 500 },
  )
})
