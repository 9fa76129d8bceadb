import { describe, expect, it } from 'vitest'
import { systemClock, type Clock } from 'resilient-lambda/policies'
import { load } from './load.js'

type Count = (call: () => Promise<unknown>) => Promise<number>

const { countingClock, promisesPerCall, timersPerCall } = await load<{
  countingClock: (clock: Clock) => Clock & { readonly timers: number }
  promisesPerCall: Count
  timersPerCall: Count
}>('harness/counts.mjs')

const one = async (): Promise<number> => 1

describe('promises per call', () => {
  it('are those of async functions, without what hooks make of an await', async () => {
    await expect(promisesPerCall(one)).resolves.toBe(1)
    await expect(promisesPerCall(async () => (await one()) + (await one()))).resolves.toBe(3)
  })

  it('are those that a then makes', async () => {
    await expect(promisesPerCall(() => one().then((value) => value))).resolves.toBe(2)
  })

  it('are those made by hand, though they never settle', async () => {
    const call = async (): Promise<unknown> => void new Promise(() => {})
    await expect(promisesPerCall(call)).resolves.toBe(2)
  })
})

describe('timers per call', () => {
  it('are counted though they are taken back', async () => {
    const call = async (): Promise<void> => [1, 2].forEach((ms) => clearTimeout(setTimeout(() => {}, ms)))
    await expect(timersPerCall(call)).resolves.toBe(2)
    await expect(timersPerCall(one)).resolves.toBe(0)
  })

  it('are counted by a clock that goes on as it did', () => {
    const clock = countingClock(systemClock)
    clock.setTimer(1_000, () => {}).cancel()
    expect(clock.timers).toBe(1)
    expect(clock.now).toBe(systemClock.now)
  })
})
