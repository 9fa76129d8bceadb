import { describe, expect, it } from 'vitest'
import { LearnedLimit } from '../../../src/core/cells/learned-limit.js'

function limitOf(initial: number, { min = 1, max = 1_000 } = {}): LearnedLimit {
  return new LearnedLimit({ initial, min, max })
}

function grow(limit: LearnedLimit, times: number): void {
  for (let i = 0; i < times; i++) limit.grow()
}

/** How many answers it takes until the limit is above a value. */
function answersUntil(limit: LearnedLimit, above: number): number {
  let answers = 0
  for (; limit.value <= above && answers < 100_000; answers++) limit.grow()
  return answers
}

describe('a learned limit', () => {
  it('doubles in a round trip before the first throttle', () => {
    const limit = limitOf(10)
    expect(answersUntil(limit, 20)).toBeLessThanOrEqual(15)
  })

  it('never leaves its bounds', () => {
    const limit = limitOf(10, { min: 4, max: 30 })
    grow(limit, 1_000)
    expect(limit.value).toBe(30)
    for (let number = 0; number < 100; number++) limit.shrink(number, limit.value, number)
    expect(limit.value).toBe(4)
  })

  it('goes down by a tenth of what was reached', () => {
    const limit = limitOf(100)
    expect(limit.shrink(0, 101, 1)).toBe(true)
    expect(limit.value).toBe(90)
  })

  it('takes a burst of throttles for one: what began before the decrease tells nothing new', () => {
    const limit = limitOf(100)
    for (let number = 0; number < 50; number++) limit.shrink(number, 100 - number, 100)
    expect(limit.value).toBeCloseTo(0.9 * 99)
    expect(limit.shrink(99, 90, 120)).toBe(false)
    expect(limit.shrink(100, 90, 120)).toBe(true)
  })

  it('is worth keeping once throttles have taught it something, and goes on from there', () => {
    const limit = limitOf(50)
    expect(limit.save()).toBeUndefined()
    limit.shrink(0, 51, 1)
    const saved = JSON.parse(JSON.stringify(limit.save())) as unknown
    const restored = limitOf(20)
    restored.restore(saved)
    for (let answers = 0; answers < 1_000; answers++) {
      expect(restored.value).toBe(limit.value)
      limit.grow()
      restored.grow()
    }
  })

  it.each([[{ value: 'x' }], [null], [{ edge: 5 }]])('takes nothing up from %j', (saved) => {
    const limit = limitOf(20)
    limit.restore(saved)
    expect(limit.value).toBe(20)
  })

  it('takes up nothing beyond its bounds', () => {
    const limit = limitOf(20, { min: 4, max: 30 })
    limit.restore({ value: 1e9, edge: -1 })
    expect(limit.value).toBe(30)
    limit.restore({ value: -5, edge: 1e9 })
    grow(limit, 1_000_000)
    expect(limit.value).toBe(30)
  })

  it('comes back to the edge within a few round trips, and rests there', () => {
    const limit = limitOf(50)
    limit.shrink(0, 51, 1)
    expect(limit.value).toBe(45)
    grow(limit, 4 * 50)
    expect(limit.value).toBe(50)
    grow(limit, 300)
    expect(limit.value).toBe(50)
  })

  it.each([
    [2, 25],
    [50, 500],
  ])('tries one more than %i only after %i answers there', (edge, rest) => {
    const limit = limitOf(edge)
    limit.shrink(0, edge + 1, 1)
    while (limit.value < edge) limit.grow()
    grow(limit, rest - 1)
    expect(limit.value).toBe(edge)
    expect(answersUntil(limit, edge)).toBe(2)
  })

  it('goes on faster and faster where nobody throttles any more', () => {
    const limit = limitOf(50)
    limit.shrink(0, 51, 1)
    while (limit.value < 50) limit.grow()
    grow(limit, 500)
    expect(answersUntil(limit, 51)).toBeGreaterThan(45)
    expect(answersUntil(limit, 100)).toBeLessThan(8 * 50)
    expect(answersUntil(limit, 400)).toBeLessThan(3 * 400)
  })

  it('is bounded by what is used: what is far above says nothing', () => {
    const limit = limitOf(1_000)
    limit.shrink(0, 30, 1)
    expect(limit.value).toBeCloseTo(54)
  })

  it('keeps most of a limit that was hardly used when a single throttle came', () => {
    const limit = limitOf(50)
    limit.shrink(0, 30, 1)
    expect(limit.value).toBe(45)
    grow(limit, 200)
    expect(limit.value).toBe(50)
  })

  it('begins at what is there where nothing was bounded before', () => {
    const limit = limitOf(Infinity, { max: Infinity })
    grow(limit, 10)
    expect(limit.value).toBe(Infinity)
    expect(limit.isUsedBy(1_000)).toBe(false)
    limit.shrink(0, 41, 1)
    expect(limit.value).toBe(36)
  })

  it('counts as used from nine tenths of its whole places on', () => {
    const limit = limitOf(2)
    limit.grow()
    expect(limit.value).toBe(3)
    limit.shrink(0, 3, 1)
    expect([Math.floor(limit.value), limit.isUsedBy(1)]).toEqual([1, true])
    expect([limitOf(20).isUsedBy(17), limitOf(20).isUsedBy(18)]).toEqual([false, true])
  })
})
