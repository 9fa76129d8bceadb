import { describe, expect, it } from 'vitest'
import { HEDGE_DEFAULTS, parseHedge } from '../../src/policies/hedge-settings.js'

const parsed = (given: unknown): unknown => parseHedge(given, 'hedge')

describe('the settings of a hedge', () => {
  it('are the 95th percentile, at least 50 ms, 5 % extra and two attempts', () => {
    expect(parsed({})).toEqual({
      after: { quantile: 0.95 },
      atLeastMs: 50,
      maxExtra: 0.05,
      attempts: 2,
      whereSafe: false,
    })
    expect(HEDGE_DEFAULTS).toEqual(parsed({}))
  })

  it.each([
    ['p50', { quantile: 0.5 }],
    ['p95', { quantile: 0.95 }],
    ['p99.9', { quantile: 0.999 }],
    ['80ms', { fixedMs: 80 }],
    [80, { fixedMs: 80 }],
  ])('take %s for a delay', (after, expected) => {
    expect(parsed({ after, maxExtra: 0.5 })).toMatchObject({ after: expected })
  })

  it.each(['p49', 'p100', 'p99.91', 'p', '95', 'p9', 0, '0.5ms', null])('do not take %s', (after) => {
    expect(() => parsed({ after })).toThrow(
      /^hedge\.after must be a quantile from 'p50' to 'p99\.9', or a duration of at least 1 ms/,
    )
  })

  it('refuse a quantile that leaves more slow calls than extra attempts, and say why', () => {
    expect(() => parsed({ after: 'p95', maxExtra: 0.02 })).toThrow(
      "hedge.after must be at least 'p98' with a maxExtra of 0.02, since more calls than that would be slower, " +
        'and ordinary ones would use up the extra attempts that the slowest need (raise after, or raise maxExtra ' +
        "to 0.05), but was 'p95'.",
    )
    expect(() => parsed({ after: 'p90' })).toThrow("at least 'p95' with a maxExtra of 0.05")
    expect(() => parsed({ after: 'p99', maxExtra: 0.005 })).toThrow("at least 'p99.5'")
  })

  it.each([
    ['p95', 0.05],
    ['p98', 0.02],
    ['p90', 0.1],
    ['p99.9', 0.001],
    ['p70', 0.3],
    ['80ms', 0.001],
  ])('take %s with %s', (after, maxExtra) => {
    expect(() => parsed({ after, maxExtra })).not.toThrow()
  })

  it('let a quantile that was not given give way to the share that was', () => {
    expect(parsed({ maxExtra: 0.02 })).toMatchObject({ after: { quantile: 0.98 } })
    expect(parsed({ maxExtra: 0.3 })).toMatchObject({ after: { quantile: 0.95 } })
  })

  it.each([
    [{ maxExtra: 0 }, 'hedge.maxExtra must be a number from 0.001 to 1, but was 0.'],
    [{ attempts: 1 }, 'hedge.attempts must be a whole number from 2 to 5, but was 1.'],
    [{ atLeast: -1 }, 'hedge.atLeast must be a duration'],
    [{ delay: 1 }, "hedge has no setting 'delay'. It takes: after, atLeast, maxExtra, attempts."],
  ])('refuse %o', (given, message) => {
    expect(() => parsed(given)).toThrow(message)
  })

  it('stay as they were where nothing is given, and are frozen', () => {
    const base = parseHedge({ after: '80ms', attempts: 3 }, 'hedge')
    const settings = parseHedge({ maxExtra: 0.01 }, 'hedge', { ...base, whereSafe: true })
    expect(settings).toEqual({ ...base, maxExtra: 0.01, whereSafe: false })
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.after)).toBe(true)
  })
})
