import { describe, expect, it } from 'vitest'
import { BACKOFFS, type BackoffName, type BackoffStep } from '../../src/core/backoff.js'

const step = (change: Partial<BackoffStep>): BackoffStep => ({
  retry: 1,
  baseMs: 100,
  capMs: 1_000,
  previousMs: 0,
  random: 0,
  ...change,
})

const waits = (name: BackoffName, change: Partial<BackoffStep> = {}): number[] =>
  [1, 2, 3, 4, 5, 6].map((retry) => BACKOFFS[name](step({ ...change, retry })))

describe('how long to wait', () => {
  it('doubles from the base to the cap', () => {
    expect(waits('exponential')).toEqual([100, 200, 400, 800, 1_000, 1_000])
    expect(waits('exponential', { random: 0.9 })).toEqual(waits('exponential'))
  })

  it('stays at the base when it is constant', () => {
    expect(waits('constant', { random: 0.9, previousMs: 400 })).toEqual([100, 100, 100, 100, 100, 100])
  })

  it('is never longer than the cap, whatever the kind', () => {
    const longest = { capMs: 40, previousMs: 400, random: 0.99 }
    for (const name of Object.keys(BACKOFFS) as BackoffName[]) {
      expect(Math.max(...waits(name, longest))).toBeLessThanOrEqual(40)
    }
  })

  it('is spread from 0 to the whole with full jitter', () => {
    expect(waits('full', { random: 0 })).toEqual([0, 0, 0, 0, 0, 0])
    expect(waits('full', { random: 0.5 })).toEqual([50, 100, 200, 400, 500, 500])
    expect(waits('full', { random: 0.75 })).toEqual([75, 150, 300, 600, 750, 750])
  })

  it('is spread over the upper half with equal jitter', () => {
    expect(waits('equal', { random: 0 })).toEqual([50, 100, 200, 400, 500, 500])
    expect(waits('equal', { random: 0.5 })).toEqual([75, 150, 300, 600, 750, 750])
  })

  it('is spread between the base and three times the last wait when it is decorrelated', () => {
    const { decorrelated } = BACKOFFS
    expect(decorrelated(step({ random: 0.5 }))).toBe(100)
    expect(decorrelated(step({ random: 0, previousMs: 200 }))).toBe(100)
    expect(decorrelated(step({ random: 0.5, previousMs: 200 }))).toBe(350)
    expect(decorrelated(step({ random: 0.5, previousMs: 10 }))).toBe(100)
    expect(decorrelated(step({ random: 0.9, previousMs: 1_000 }))).toBe(1_000)
  })

  it('has these names and no others', () => {
    expect(Object.keys(BACKOFFS)).toEqual(['full', 'equal', 'decorrelated', 'exponential', 'constant'])
  })
})
