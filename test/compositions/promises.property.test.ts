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

const RUNS = 1_000

describe('given any settings, outcomes, aborts and calls at once', () => {
  // One play is checked for all promises: they are made together. A failure prints its seed and the smallest scenario.
  it('keeps the three promises, and tells the truth', async () => {
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
  })
})
