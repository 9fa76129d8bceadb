import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Circuit } from '../../../src/core/cells/circuit.js'
import { Circuits } from '../../../src/core/cells/circuits.js'
import { LatencyCell } from '../../../src/core/cells/latency.js'
import { RetryBudget } from '../../../src/core/cells/retry-budget.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'
import { another, circuit, feed, seedOf, settings, through } from './seeds-stage.js'

/** When the last failure came in is not kept either; so close, others would not be in a row with it. */
const BLIP_MS = 250

type Step =
  | { readonly do: 'call'; readonly failed: boolean; readonly slow: boolean }
  | { readonly do: 'wait'; readonly ms: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('call' as const), failed: fc.boolean(), slow: fc.boolean() }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(3_000) }),
  ),
  { maxLength: 40 },
)

it('what is restored at once behaves as what was saved, whatever came before and comes after', async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (past, future) => {
      const here = fakeClock()
      const original = pairOn(here)
      await play(original, past, here)
      // Probes under way are the one thing that is not kept, and here none is.
      const there = await another()
      const copy = pairOn(there)
      const wasHalfOpen = original.circuit.state === 'half-open'
      const saved = [original.circuit.save(), original.budget.save()].map(through)
      if (saved[0] !== undefined) copy.circuit.restore(seedOf(saved[0], there))
      if (saved[1] !== undefined) copy.budget.restore(seedOf(saved[1], there))
      fc.pre(!wasHalfOpen && saved[0] !== undefined && saved[1] !== undefined)
      expect(rounded(copy)).toEqual(rounded(original))
      for (const clock of [here, there]) await clock.advance(BLIP_MS)
      const [one, other] = [await play(original, future, here), await play(copy, future, there)]
      expect(other).toEqual(one)
    }),
    { numRuns: 300 },
  )
})

interface Pair {
  readonly circuit: Circuit
  readonly budget: RetryBudget
}

function pairOn(clock: FakeClock): Pair {
  return { circuit: circuit(clock), budget: new RetryBudget(0.5, clock) }
}

/** Clocks that began at other times differ in the last binary digits. */
function rounded({ circuit, budget }: Pair): unknown {
  return { ...circuit.snapshot(), tokens: budget.tokens.toFixed(6) }
}

async function play(pair: Pair, steps: readonly Step[], clock: FakeClock): Promise<unknown[]> {
  const seen: unknown[] = []
  for (const step of steps) {
    if (step.do === 'wait') await clock.advance(step.ms)
    else {
      feed(pair.circuit, step.failed, step.slow ? 60 : 0)
      if (step.failed) {
        pair.budget.failed(clock.now())
        seen.push(pair.budget.take().toFixed(6))
      } else pair.budget.succeeded(0)
    }
    seen.push(rounded(pair))
  }
  return seen
}

describe('whatever stands in saved state', () => {
  const anything = fc.anything({ withNullPrototype: false })
  const shaped = fc.oneof(
    anything,
    fc.dictionary(
      fc.constantFrom(
        'openForMs',
        'openings',
        'consecutiveFailures',
        'window',
        'slowWindow',
        'tenths',
        'turnedMs',
        'tokens',
        'failuresInARow',
        'latestMs',
        'held',
        'circuits',
        '__proto__',
      ),
      fc.oneof(
        anything,
        fc.double(),
        fc.array(fc.array(fc.double())),
        fc.record({ tenths: fc.array(fc.array(fc.double())), turnedMs: fc.double() }),
      ),
    ),
  )

  it('makes no cell that is out of its bounds, and none that throws', () => {
    fc.assert(
      fc.property(shaped, fc.nat(60_000), (saved, ageMs) => {
        const clock = fakeClock()
        const seed = seedOf(saved, clock, ageMs)
        const one = circuit(clock)
        one.restore(seed)
        const { retryAfterMs, calls, failures, openings, consecutiveFailures } = one.snapshot()
        expect(retryAfterMs).toBeGreaterThanOrEqual(0)
        expect(retryAfterMs).toBeLessThanOrEqual(settings.maxOpenForMs)
        expect(failures).toBeLessThanOrEqual(calls)
        for (const count of [calls, failures, openings, consecutiveFailures])
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
        feed(one, true)
        feed(one, false)

        const budget = new RetryBudget(0.5, clock)
        budget.restore(seed)
        expect(budget.tokens).toBeGreaterThanOrEqual(0)
        expect(budget.tokens).toBeLessThanOrEqual(25)
        const left = budget.tokens
        const paid = budget.take()
        expect(paid === 0 ? left : paid).toBeGreaterThanOrEqual(0)
        expect(budget.tokens).toBe(left - paid)

        const latency = new LatencyCell()
        latency.restore(seed)
        expect(latency.leastMs).toBeGreaterThanOrEqual(0)
        expect(latency.leastMs).toBeLessThanOrEqual(900_000)
        new Circuits().restore(seed)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
