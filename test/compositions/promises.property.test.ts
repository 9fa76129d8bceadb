import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { play } from './promises/play.js'
import {
  expectAnswersInTime,
  expectBoundedLoad,
  expectNoUnaskedRepeat,
  expectTruth,
} from './promises/promises.js'
import { scenarios } from './promises/scenario.js'

const RUNS = 500
/** Long enough to find the smallest scenario that fails, whose seed would be lost with the test. */
const PATIENCE_MS = 300_000

describe('given any settings, outcomes, aborts and calls at once', () => {
  // One play is checked for all promises, since they are made together.
  it(
    'keeps the three promises, and tells the truth',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenarios, async (scenario) => {
          const report = await play(scenario)
          expectNoUnaskedRepeat(scenario, report)
          expectBoundedLoad(scenario, report)
          expectAnswersInTime(scenario, report)
          expectTruth(scenario, report)
        }),
        { numRuns: RUNS },
      )
    },
    PATIENCE_MS,
  )
})
