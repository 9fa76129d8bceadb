import { beforeEach, describe, expect, it } from 'vitest'
import { HedgeAllowance } from '../../../src/core/cells/hedge-allowance.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'

let clock: FakeClock
let allowance: HedgeAllowance

beforeEach(() => {
  clock = fakeClock()
  allowance = new HedgeAllowance(0.1, clock)
})

const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act)
const reason = (): string | undefined => allowance.refusal()?.reason

/** A hedge after 100 ms. */
function hedge(durationMs: number, won = true): void {
  allowance.begin()
  allowance.end(won, durationMs, 100)
}

describe('the allowance of hedges', () => {
  it('has three to begin with, and earns the others from successes', () => {
    times(3, () => {
      expect(reason()).toBeUndefined()
      hedge(10)
    })
    expect(allowance.refusal()).toEqual({
      reason: 'allowance',
      why: 'the successes so far have earned no further extra attempt',
    })
    times(9, () => allowance.earn())
    expect(reason()).toBe('allowance')
    allowance.earn()
    expect(reason()).toBeUndefined()
  })

  it('stores five at most', () => {
    times(1_000, () => allowance.earn())
    times(5, () => {
      expect(reason()).toBeUndefined()
      hedge(10)
    })
    expect(reason()).toBe('allowance')
  })

  it('lets its share of the calls in flight be hedged at once, and one of few', () => {
    times(100, () => allowance.earn())
    times(19, () => allowance.enter())
    allowance.begin()
    expect(allowance.refusal()).toEqual({ reason: 'in-flight', why: '1 hedges and 19 calls are in flight' })
    allowance.enter()
    expect(reason()).toBeUndefined()
    allowance.begin()
    expect(reason()).toBe('in-flight')
    allowance.end(true, 10, 100)
    expect(reason()).toBeUndefined()
    allowance.leave()
    expect(reason()).toBe('in-flight')
  })

  it('does not count the hedges of the call itself', () => {
    times(100, () => allowance.earn())
    times(2, () => allowance.begin())
    expect(allowance.refusal(2)).toBeUndefined()
    expect(allowance.refusal(1)?.reason).toBe('in-flight')
  })

  it('is silent for five seconds after a throttle, or for as long as the service asked', async () => {
    allowance.throttled()
    await clock.advance(4_999)
    expect(allowance.refusal()).toEqual({ reason: 'throttled', why: 'the function was throttled lately' })
    await clock.advance(1)
    expect(reason()).toBeUndefined()
    allowance.throttled(20_000)
    allowance.throttled()
    await clock.advance(19_999)
    expect(reason()).toBe('throttled')
    await clock.advance(1)
    expect(reason()).toBeUndefined()
  })

  it('pauses when three in a row took longer than twice their delay, and longer with each further one', async () => {
    times(100, () => allowance.earn())
    hedge(201)
    hedge(201, false)
    expect(reason()).toBeUndefined()
    hedge(3_000)
    expect(allowance.refusal()).toEqual({
      reason: 'slow-hedges',
      why: 'the last 3 hedges were slow themselves',
    })
    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      await clock.advance(pauseMs - 1)
      expect(reason()).toBe('slow-hedges')
      await clock.advance(1)
      expect(reason()).toBeUndefined()
      times(100, () => allowance.earn())
      hedge(201)
    }
  })

  it('lets a single one try after a pause, however many calls are in flight', async () => {
    times(100, () => allowance.earn())
    times(100, () => allowance.enter())
    times(3, () => hedge(201))
    await clock.advance('1s')
    times(100, () => allowance.earn())
    allowance.begin()
    expect(reason()).toBe('in-flight')
    allowance.end(true, 200, 100)
    allowance.begin()
    expect(reason()).toBeUndefined()
  })

  it('takes a quick one that lost for no sign of anything', async () => {
    times(100, () => allowance.earn())
    times(2, () => hedge(201))
    hedge(10, false)
    hedge(201)
    expect(reason()).toBe('slow-hedges')
  })

  it('may be forgotten when it is as good as new', async () => {
    expect(allowance.idle()).toBe(true)
    allowance.enter()
    expect(allowance.idle()).toBe(false)
    hedge(10)
    allowance.leave()
    expect(allowance.idle()).toBe(false)
    times(10, () => allowance.earn())
    expect(allowance.idle()).toBe(true)
    allowance.throttled()
    expect(allowance.idle()).toBe(false)
    await clock.advance('5s')
    expect(allowance.idle()).toBe(true)
  })
})
