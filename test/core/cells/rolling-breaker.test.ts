import CircuitBreaker from 'opossum'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { opensAt, type TripRule } from '../../../src/core/cells/rolling-breaker.js'

const half: TripRule = { rate: 0.5, minimumCalls: 4 }

describe('a rolling breaker', () => {
  it('opens at its rate, not below', () => {
    expect(opensAt({ calls: 4, failures: 2 }, half)).toBe(true)
    expect(opensAt({ calls: 5, failures: 2 }, half)).toBe(false)
  })

  it('says nothing before its minimum of calls', () => {
    expect(opensAt({ calls: 3, failures: 3 }, half)).toBe(false)
    expect(opensAt({ calls: 4, failures: 4 }, half)).toBe(true)
  })

  it('opens at a rate of 1 when all fail, and at no success', () => {
    const all = { rate: 1, minimumCalls: 4 }
    expect(opensAt({ calls: 4, failures: 4 }, all)).toBe(true)
    expect(opensAt({ calls: 5, failures: 4 }, all)).toBe(false)
  })

  it('opens at a third although a third is no decimal', () => {
    expect(opensAt({ calls: 3, failures: 1 }, { rate: 1 / 3, minimumCalls: 3 })).toBe(true)
  })

  it('says the same however often it is asked, and by whomever', () => {
    for (let n = 0; n < 3; n++) {
      expect(opensAt({ calls: 4, failures: 4 }, half)).toBe(true)
      expect(opensAt({ calls: 4, failures: 1 }, half)).toBe(false)
      expect(opensAt({ calls: 4, failures: 1 }, { ...half, rate: 0.25 })).toBe(true)
      expect(opensAt({ calls: 4, failures: 4 }, { ...half, minimumCalls: 5 })).toBe(false)
    }
  })

  it('is one opossum for all circuits with the same rule, and one that is not remembered is made again', () => {
    const fire = vi.spyOn(CircuitBreaker.prototype, 'fire')
    onTestFinished(() => fire.mockRestore())
    for (let n = 0; n < 3; n++) opensAt({ calls: 10, failures: n }, { ...half })
    expect(new Set(fire.mock.contexts).size).toBe(1)
    for (let minimumCalls = 1_000; minimumCalls < 1_101; minimumCalls++) {
      expect(opensAt({ calls: minimumCalls, failures: minimumCalls }, { rate: 1, minimumCalls })).toBe(true)
    }
    expect(opensAt({ calls: 4, failures: 2 }, half)).toBe(true)
    expect(new Set(fire.mock.contexts).size).toBe(1 + 101 + 1)
  })

  it('sets no timer, sorts no latencies, keeps none and leaves no rejection', async () => {
    const costs = [
      vi.spyOn(globalThis, 'setTimeout'),
      vi.spyOn(globalThis, 'setInterval'),
      vi.spyOn(Array.prototype, 'sort'),
    ]
    const fire = vi.spyOn(CircuitBreaker.prototype, 'fire')
    onTestFinished(() => fire.mockRestore())
    for (let n = 0; n < 20; n++) opensAt({ calls: 20, failures: n }, { rate: 0.51, minimumCalls: 4 })
    for (const cost of costs) {
      expect(cost).not.toHaveBeenCalled()
      cost.mockRestore()
    }
    const [opossum] = fire.mock.contexts as CircuitBreaker[]
    expect(opossum?.status.window.flatMap(({ latencyTimes }) => latencyTimes)).toEqual([])
    const outcomes = await Promise.allSettled(fire.mock.results.map(({ value }) => value as Promise<void>))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })
})
