import type { Duration } from '../core/duration.js'
import {
  duration,
  either,
  InvalidSettingError,
  numberBetween,
  shape,
  textLike,
  wholeNumber,
} from '../core/settings.js'

/** When the next attempt is made: at a quantile of the function's own latency, or after a fixed time in ms. */
export type HedgeDelay = { readonly quantile: number } | { readonly fixedMs: number }

/** When extra attempts are made beside slow ones, and how many. Times in ms. */
export interface HedgeSettings {
  readonly after: HedgeDelay
  /** Beneath a quantile. */
  readonly atLeastMs: number
  /** Extra attempts for each success. */
  readonly maxExtra: number
  /** The first one included. */
  readonly attempts: number
  /** Whether calls that are not idempotent go without, instead of being refused. */
  readonly whereSafe: boolean
}

/** What `.hedge()` takes; absent settings stay as they are. */
export interface HedgeOptions {
  /** When the second attempt is made: at a quantile of the function's own latency, `'p50'` to `'p99.9'` and at least `1 - maxExtra`, or after a fixed time. @defaultValue 'p95', or `1 - maxExtra` where that is more */
  readonly after?: `p${number}` | Duration
  /** The shortest delay where `after` is a quantile. @defaultValue '50ms' */
  readonly atLeast?: Duration
  /** The bound on extra load, as a share of the calls that are answered: 0.001 to 1. @defaultValue 0.05 */
  readonly maxExtra?: number
  /** How many attempts may be under way for one call, the first one included: 2 to 5. @defaultValue 2 */
  readonly attempts?: number
}

export const HEDGE_DEFAULTS: HedgeSettings = Object.freeze({
  after: Object.freeze({ quantile: 0.95 }),
  atLeastMs: 50,
  maxExtra: 0.05,
  attempts: 2,
  whereSafe: false,
})

const QUANTILE = /^p(?:[5-9]\d(?:\.\d+)?)$/
const LATEST = 0.999
const ROUNDING = 1e-9
const quantileText = textLike(QUANTILE, "a quantile from 'p50' to 'p99.9'")
const fixed = duration(1)

function quantile(given: unknown, path: string): HedgeDelay {
  const share = Number(quantileText(given, path).slice(1)) / 100
  if (share <= LATEST + ROUNDING) return { quantile: rounded(share) }
  throw new InvalidSettingError(path, given, "a quantile from 'p50' to 'p99.9'")
}

function fixedDelay(given: unknown, path: string): HedgeDelay {
  return { fixedMs: fixed(given, path) }
}

const options = shape({
  after: either(quantile, fixedDelay),
  atLeast: duration(),
  maxExtra: numberBetween(0.001, 1),
  attempts: wholeNumber(2, 5),
})

/** Hedge settings from a user's options, over `base`. @throws {InvalidSettingError} */
export function parseHedge(
  given: unknown,
  path: string,
  base: HedgeSettings = HEDGE_DEFAULTS,
): HedgeSettings {
  const parsed = options(given, path)
  const settings = { ...base, ...parsed, whereSafe: false }
  return Object.freeze({ ...settings, after: Object.freeze(delayOf(settings, parsed.after, path)) })
}

/** A delay that was not given gives way to a share that was; one that was given and cannot work with it is refused. */
function delayOf(
  { after, maxExtra }: HedgeSettings,
  given: HedgeDelay | undefined,
  path: string,
): HedgeDelay {
  if ('fixedMs' in after) return after
  const least = rounded(1 - maxExtra)
  if (after.quantile >= least - ROUNDING) return after
  if (!given) return { quantile: least }
  throw new InvalidSettingError(
    `${path}.after`,
    quantileInWords(after.quantile),
    `at least '${quantileInWords(least)}' with a maxExtra of ${maxExtra}, since more calls than that would be slower, and ordinary ones would use up the extra attempts that the slowest need (raise after, or raise maxExtra to ${rounded(1 - after.quantile)})`,
  )
}

function rounded(share: number): number {
  return Number(share.toFixed(6))
}

/** Such as `p95`. */
export function quantileInWords(share: number): string {
  return `p${rounded(share * 100)}`
}
