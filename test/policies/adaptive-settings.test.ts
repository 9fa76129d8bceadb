import { describe, expect, it } from 'vitest'
import { ADAPTIVE_DEFAULTS, parseAdaptive } from '../../src/policies/adaptive-settings.js'

describe('the settings of adaptive concurrency', () => {
  it('have defaults', () => {
    expect(ADAPTIVE_DEFAULTS).toEqual({ initial: 20, min: 1, max: 1_000, queue: 1_000 })
    expect(parseAdaptive(true, 'adaptive')).toEqual(ADAPTIVE_DEFAULTS)
  })

  it('change what they name and keep the rest', () => {
    const base = { initial: 5, min: 2, max: 50, queue: 7 }
    expect(parseAdaptive({ queue: 0 }, 'adaptive', base)).toEqual({ ...base, queue: 0 })
    expect(parseAdaptive(true, 'adaptive', base)).toEqual(base)
    expect(Object.isFrozen(parseAdaptive({}, 'adaptive'))).toBe(true)
  })

  it('begin within their bounds where nobody says otherwise', () => {
    expect(parseAdaptive({ max: 10 }, 'adaptive').initial).toBe(10)
    expect(parseAdaptive({ min: 30 }, 'adaptive').initial).toBe(30)
  })

  it.each([
    [{ initial: 0 }, 'adaptive.initial must be a whole number of at least 1, but was 0.'],
    [{ min: 5, max: 4 }, 'adaptive.max must be at least min, which is 5, but was 4.'],
    [{ min: 2_000 }, 'adaptive.min must be at most max, which is 1000, but was 2000.'],
    [{ initial: 30, max: 10 }, 'adaptive.initial must be from min to max, which are 1 and 10, but was 30.'],
    [{ queue: -1 }, 'adaptive.queue must be a whole number of at least 0, but was -1.'],
    [{ limit: 5 }, "adaptive has no setting 'limit'. It takes: initial, min, max, queue."],
    [
      'on',
      "adaptive must be an object with any of: initial, min, max, queue, or true for the defaults, but was 'on'.",
    ],
  ])('refuse %j', (given, message) => {
    expect(() => parseAdaptive(given, 'adaptive')).toThrow(message)
  })
})
