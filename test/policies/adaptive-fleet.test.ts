import { describe, expect, it } from 'vitest'
import { runFleet } from './fleet.js'

const SETTLED_MS = 10_000
const END_MS = 30_000

describe('200 callers of a service whose limit nobody tells them', () => {
  it.each([
    [5, 1],
    [5, 200],
    [20, 1],
    [20, 20],
    [20, 200],
    [50, 1],
    [50, 20],
    [50, 200],
    [150, 20],
  ])(
    'use a limit of %i to the full, hardly ever throttled, from %i at first',
    async (limit, initial) => {
      for (const seed of [1, 2]) {
        const options = { seed, phases: [{ fromMs: 0, limit }], endMs: END_MS, adaptive: { initial } }
        const fleet = await runFleet(options)
        expect(fleet.throttled(SETTLED_MS, END_MS)).toBeLessThan(0.02)
        expect(fleet.used(SETTLED_MS, END_MS, limit)).toBeGreaterThanOrEqual(0.95)
      }
    },
    30_000,
  )

  it.each([
    [50, 100],
    [10, 100],
    [100, 20],
    [100, 5],
  ])(
    'find it again within seconds when it changes from %i to %i',
    async (before, after) => {
      const phases = [
        { fromMs: 0, limit: before },
        { fromMs: 20_000, limit: after },
      ]
      const fleet = await runFleet({ seed: 3, phases, endMs: 45_000 })
      expect(fleet.throttled(30_000, 45_000)).toBeLessThan(0.02)
      expect(fleet.used(30_000, 45_000, after)).toBeGreaterThanOrEqual(0.95)
    },
    30_000,
  )

  it.each([20, 100])(
    'pace themselves to a rate of %i a second',
    async (perSecond) => {
      const fleet = await runFleet({ perSecond, endMs: 40_000, adaptive: { initial: 200 } })
      expect(fleet.throttled(15_000, 40_000)).toBeLessThan(0.02)
      expect(fleet.accepted(15_000, 40_000)).toBeGreaterThanOrEqual(0.95 * perSecond)
    },
    30_000,
  )

  it('share it between processes that know nothing of each other', async () => {
    const phases = [{ fromMs: 0, limit: 100 }]
    const fleet = await runFleet({ processes: 5, phases, endMs: END_MS })
    expect(fleet.throttled(SETTLED_MS, END_MS)).toBeLessThan(0.02)
    expect(fleet.used(SETTLED_MS, END_MS, 100)).toBeGreaterThanOrEqual(0.95)
  }, 30_000)

  it('pay for a first crowd that is too large with one burst, and not with a collapse', async () => {
    const phases = [{ fromMs: 0, limit: 50 }]
    const fleet = await runFleet({ phases, endMs: 5_000, adaptive: { initial: 200 } })
    expect(Math.min(...fleet.limits.map(({ limit }) => limit))).toBeGreaterThanOrEqual(40)
    expect(fleet.used(1_000, 5_000, 50)).toBeGreaterThanOrEqual(0.95)
  })
})
