import { describe, expect, it } from 'vitest'
import { FALLBACK_DEFAULTS, parseFallback } from '../../src/policies/fallback.js'

describe('the settings of a fallback', () => {
  it('have defaults', () => {
    expect(parseFallback({}, 'fallback')).toEqual({
      kinds: ['throttle', 'transient', 'starting', 'function', 'response', 'local'],
      limitMs: 1_000,
    })
    expect(Object.isFrozen(FALLBACK_DEFAULTS)).toBe(true)
    expect(Object.isFrozen(FALLBACK_DEFAULTS.kinds)).toBe(true)
  })

  it('take any kinds and a limit', () => {
    const kinds = [
      'throttle',
      'transient',
      'starting',
      'function',
      'request',
      'permission',
      'config',
      'response',
      'local',
    ]
    expect(parseFallback({ kinds, limit: 1 }, 'fallback')).toEqual({ kinds, limitMs: 1 })
  })

  it.each([
    [
      { kinds: ['throttle', 'thing'] },
      "fallback.kinds[1] must be one of 'throttle', 'transient', 'starting'",
    ],
    [{ kinds: 'throttle' }, "fallback.kinds must be a list, but was 'throttle'."],
    [{ limit: 0 }, 'fallback.limit must be a duration of at least 1 ms'],
    [{ timeout: 1 }, "fallback has no setting 'timeout'. It takes: kinds, limit."],
  ])('refuse %j', (given, message) => {
    expect(() => parseFallback(given, 'fallback')).toThrow(message)
  })
})
