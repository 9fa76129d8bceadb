import type { LimiterSettings } from '../core/cells/limiter.js'
import { either, InvalidSettingError, shape, wholeNumber } from '../core/settings.js'

/** What `.adaptive()` takes; absent settings stay as they are. */
export interface AdaptiveOptions {
  /** Attempts in flight to begin with. @defaultValue 20, or what `min` and `max` leave of it */
  readonly initial?: number
  /** The fewest attempts in flight, however many are throttled. @defaultValue 1 */
  readonly min?: number
  /** The most attempts in flight, however few are throttled. @defaultValue 1,000 */
  readonly max?: number
  /** Attempts that may wait for a place; 0 refuses at once. @defaultValue 1,000 */
  readonly queue?: number
}

export const ADAPTIVE_DEFAULTS: LimiterSettings = Object.freeze({
  initial: 20,
  min: 1,
  max: 1_000,
  queue: 1_000,
})

const options = either(
  shape({ initial: wholeNumber(1), min: wholeNumber(1), max: wholeNumber(1), queue: wholeNumber(0) }),
  on,
)

function on(given: unknown, path: string): Record<string, never> {
  if (given === true) return {}
  throw new InvalidSettingError(path, given, 'true for the defaults')
}

/** Adaptive concurrency settings from a user's options, over `base`. @throws {InvalidSettingError} */
export function parseAdaptive(
  given: unknown,
  path: string,
  base: LimiterSettings = ADAPTIVE_DEFAULTS,
): LimiterSettings {
  const parsed: AdaptiveOptions = options(given, path)
  const settings = { ...base, ...parsed }
  const { min, max } = settings
  if (min > max) {
    const [key, allowed] =
      parsed.max === undefined
        ? ['min', `at most max, which is ${max}`]
        : ['max', `at least min, which is ${min}`]
    throw new InvalidSettingError(`${path}.${key}`, key === 'min' ? min : max, allowed)
  }
  const initial = Math.min(max, Math.max(min, settings.initial))
  if (parsed.initial !== undefined && parsed.initial !== initial)
    throw new InvalidSettingError(
      `${path}.initial`,
      parsed.initial,
      `from min to max, which are ${min} and ${max}`,
    )
  return Object.freeze({ ...settings, initial })
}
