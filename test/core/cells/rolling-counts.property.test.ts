import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { RollingCounts, type Counts } from '../../../src/core/cells/rolling-counts.js'
import { through } from './seeds-stage.js'

const TENTHS = 10
const TENTH_MS = 100

/** After a wait, something ended and was read from the clock so long ago. */
interface Step {
  readonly waitMs: number
  readonly failed: boolean
  readonly readMsAgo: number
}

const steps = fc.array(
  fc.record<Step>({
    waitMs: fc.oneof(fc.constant(0), fc.nat(2 * TENTH_MS), fc.nat(2 * TENTHS * TENTH_MS)),
    failed: fc.boolean(),
    readMsAgo: fc.oneof(fc.constant(0), fc.nat(3 * TENTH_MS)),
  }),
  { maxLength: 60 },
)

interface Entry {
  readonly tenth: number
  readonly failed: boolean
}

const tenthAt = (now: number): number => Math.floor(now / TENTH_MS)

/** Everything that ever ended, looked through anew each time. */
function inWindow(all: readonly Entry[], now: number): Counts {
  const entries = all.filter(({ tenth }) => tenth > tenthAt(now) - TENTHS)
  return { calls: entries.length, failures: entries.filter(({ failed }) => failed).length }
}

it('rolling counts are those of a list of all that ended', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const counts = new RollingCounts(TENTHS * TENTH_MS, 0)
      const all: Entry[] = []
      let now = 0
      for (const { waitMs, failed, readMsAgo } of steps) {
        now += waitMs
        const reading = Math.max(0, now - readMsAgo)
        counts.record(failed, reading)
        all.push({ tenth: Math.max(tenthAt(reading), all.at(-1)?.tenth ?? 0), failed })
        expect(counts.at(now)).toEqual(inWindow(all, now))
        const restored = new RollingCounts(TENTHS * TENTH_MS, 7)
        restored.restore(through(counts.save(now)), now)
        for (const laterMs of [0, TENTH_MS, 5 * TENTH_MS])
          expect(restored.at(now + laterMs)).toEqual(inWindow(all, now + laterMs))
      }
    }),
    { numRuns: 300 },
  )
})
