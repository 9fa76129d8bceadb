import { EventEmitter } from 'node:events'
import * as fc from 'fast-check'
import CircuitBreaker from 'opossum'
import { expect, it } from 'vitest'
import { opensAt } from '../../../src/core/cells/rolling-breaker.js'
import { RollingCounts } from '../../../src/core/cells/rolling-counts.js'

const TENTHS = 10
const TENTH_MS = 100

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('ok' as const, 'failed' as const) },
    { weight: 1, arbitrary: fc.constant('a tenth passes' as const) },
  ),
  { minLength: 20, maxLength: 80 },
)
/** Few enough calls for rates that are hit exactly. */
const rules = fc.record({
  rate: fc.constantFrom(0.01, 0.1, 0.25, 0.3, 1 / 3, 0.5, 0.6, 2 / 3, 0.9, 1),
  minimumCalls: fc.integer({ min: 1, max: 20 }),
})

it('a circuit opens when an opossum does that counts in its own window', async () => {
  let openings = 0
  await fc.assert(
    fc.asyncProperty(steps, rules, async (steps, rule) => {
      const tenths = new EventEmitter()
      const plain = plainOpossum(rule.rate, rule.minimumCalls, tenths)
      const counts = new RollingCounts(TENTHS * TENTH_MS, 0)
      let now = 0
      for (const step of steps) {
        if (step === 'a tenth passes') {
          now += TENTH_MS
          tenths.emit('rotate')
          continue
        }
        const failed = step === 'failed'
        counts.record(failed, now)
        await plain.fire(failed).catch(() => undefined)
        const { fires, failures } = plain.stats
        expect(counts.at(now)).toEqual({ calls: fires, failures })
        expect(failed && opensAt(counts.at(now), rule)).toBe(plain.opened)
        if (!plain.opened) continue
        openings++
        plain.close()
        for (let n = 0; n < TENTHS; n++) tenths.emit('rotate')
        counts.clear()
      }
      plain.shutdown()
    }),
    { numRuns: 300 },
  )
  expect(openings).toBeGreaterThan(0)
})

/** Ours opens at its rate, opossum above it: hence a hair less. */
function plainOpossum(
  rate: number,
  minimumCalls: number,
  rotateBucketController: EventEmitter,
): CircuitBreaker<[failed: boolean]> {
  const action = (failed: boolean): Promise<void> =>
    failed ? Promise.reject(new Error('failed')) : Promise.resolve()
  return new CircuitBreaker(action, {
    errorThresholdPercentage: rate * 100 - 1e-9,
    volumeThreshold: minimumCalls,
    rollingCountBuckets: TENTHS,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    rotateBucketController,
  })
}
