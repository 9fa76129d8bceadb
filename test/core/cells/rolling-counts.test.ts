import { describe, expect, it } from 'vitest'
import { RollingCounts } from '../../../src/core/cells/rolling-counts.js'

const WINDOW_MS = 1_000
const make = (): RollingCounts => new RollingCounts(WINDOW_MS, 0)
const NOTHING = { calls: 0, failures: 0 }

describe('rolling counts', () => {
  it('are nothing at first', () => {
    expect(make().at(0)).toEqual(NOTHING)
  })

  it('count on the spot', () => {
    const counts = make()
    counts.record(false, 0)
    counts.record(true, 0)
    expect(counts.at(0)).toEqual({ calls: 2, failures: 1 })
  })

  it('take a reading of the clock that is older than the one before', () => {
    const counts = make()
    counts.record(true, 100)
    counts.record(false, 0)
    expect(counts.at(1_099)).toEqual({ calls: 2, failures: 1 })
    expect(counts.at(1_100)).toEqual(NOTHING)
  })

  it('forget what left the window, a tenth at a time', () => {
    const counts = make()
    counts.record(true, 0)
    counts.record(true, 500)
    expect(counts.at(999)).toEqual({ calls: 2, failures: 2 })
    expect(counts.at(1_000)).toEqual({ calls: 1, failures: 1 })
    expect(counts.at(1_499).calls).toBe(1)
    expect(counts.at(1_500)).toEqual(NOTHING)
  })

  it('forget it for good when something new comes in', () => {
    const counts = make()
    counts.record(true, 0)
    counts.record(true, 100)
    counts.record(false, 1_000)
    expect(counts.at(500)).toEqual({ calls: 2, failures: 1 })
    counts.record(false, 9_900)
    expect(counts.at(500)).toEqual({ calls: 1, failures: 0 })
  })

  it('move on by whole tenths, however often they are asked', () => {
    const counts = make()
    counts.record(true, 99)
    for (let now = 100; now < 1_000; now += 50) expect(counts.at(now).calls).toBe(1)
    expect(counts.at(1_000).calls).toBe(0)
  })

  it('are nothing after a pause of any length', () => {
    const counts = make()
    counts.record(true, 0)
    expect(counts.at(3_600_000)).toEqual(NOTHING)
    counts.record(false, 3_600_000)
    expect(counts.at(3_600_999)).toEqual({ calls: 1, failures: 0 })
  })

  it('are saved as ten tenths, the newest first, whatever has left the window', () => {
    const counts = make()
    for (const [failed, at] of [
      [true, 0],
      [false, 340],
      [true, 350],
      [false, 1_020],
    ] as const)
      counts.record(failed, at)
    const nothing = [0, 0]
    expect(counts.save(1_130)).toEqual({
      tenths: [nothing, [1, 0], ...Array.from({ length: 6 }, () => nothing), [2, 1], nothing],
      turnedMs: 30,
    })
    expect(counts.save(5_000)).toEqual({ tenths: Array.from({ length: 10 }, () => nothing), turnedMs: 0 })
  })

  it('are nothing once they are cleared', () => {
    const counts = make()
    counts.record(true, 0)
    counts.clear()
    expect(counts.at(0)).toEqual(NOTHING)
    counts.record(false, 0)
    expect(counts.at(0)).toEqual({ calls: 1, failures: 0 })
  })
})
