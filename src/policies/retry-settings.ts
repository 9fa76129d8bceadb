import { BACKOFFS, type Backoff, type BackoffName } from '../core/backoff.js'
import type { Duration } from '../core/duration.js'
import {
  callback,
  duration,
  either,
  flag,
  listOf,
  maximumOf,
  numberBetween,
  oneOf,
  orOff,
  shape,
  text,
  wholeNumber,
} from '../core/settings.js'
import type { Failure } from '../failures/failure.js'

/** What a `retryIf` and a function-error predicate may look at. */
export interface RetryArguments {
  /** What went wrong, with its verdict. */
  readonly failure: Failure
  /** The attempt that failed, 1 for the first. */
  readonly attempt: number
  readonly idempotent: boolean
  /** Since the call began, in ms. */
  readonly elapsedMs: number
  /** Until the deadline, in ms; `Infinity` without one. */
  readonly remainingMs: number
}

/** How waits grow, in ms. */
export interface BackoffSettings {
  readonly backoff: BackoffName | Backoff
  readonly baseDelayMs: number
  readonly maxDelayMs: number
}

/** How often, when and how fast to try again. */
export interface RetrySettings extends BackoffSettings {
  /** The first call included. */
  readonly attempts: number
  /** For throttles and for functions that are not ready yet. */
  readonly throttle: BackoffSettings
  /** Which errors of the function itself are worth a repeat. */
  readonly functionErrors:
    readonly string[] | ((args: RetryArguments) => boolean | Promise<boolean>) | boolean
  /** Replaces the decision whether a repeat is worth it; undefined leaves it as it is. Never whether it is safe. */
  readonly retryIf: ((args: RetryArguments) => boolean | undefined | Promise<boolean | undefined>) | undefined
  /** How many retries that fail each success pays for. */
  readonly budget: number | false
}

export const RETRY_DEFAULTS: RetrySettings = Object.freeze({
  attempts: 4,
  backoff: 'full',
  baseDelayMs: 50,
  maxDelayMs: 5_000,
  throttle: Object.freeze({ backoff: 'equal', baseDelayMs: 500, maxDelayMs: 20_000 }),
  functionErrors: false,
  retryIf: undefined,
  budget: 0.5,
})

/** How waits grow; absent settings stay as they are. */
export interface BackoffOptions {
  /** One of the named kinds, or a function that returns milliseconds. @defaultValue 'full'; for throttles 'equal' */
  readonly backoff?: BackoffName | Backoff
  /** The wait before the first retry, before jitter. @defaultValue '50ms'; for throttles '500ms' */
  readonly baseDelay?: Duration
  /** The longest wait, at least `baseDelay`; a hint of the service may be longer. @defaultValue '5s'; for throttles '20s'; `baseDelay` where that is longer */
  readonly maxDelay?: Duration
}

/** What `.retry()` takes; absent settings stay as they are. */
export interface RetryOptions extends BackoffOptions {
  /** How often the function is called at most, the first call included: 1 to 20. @defaultValue 4 */
  readonly attempts?: number
  /** The waits after throttles, and while a function is not ready yet. */
  readonly throttle?: BackoffOptions
  /** Which errors of the function itself are worth a repeat: their `errorType`s, a predicate, or all that can pass. @defaultValue false */
  readonly functionErrors?: RetrySettings['functionErrors']
  /** Decides whether a repeat is worth it; return undefined to leave the decision as it is. It cannot make a repeat safe: what may have run is repeated only for an idempotent call. */
  readonly retryIf?: NonNullable<RetrySettings['retryIf']>
  /** The bound on extra load: how many retries that fail each success pays for, 0 to 10. @defaultValue 0.5 */
  readonly budget?: number | false
}

const backoffs = {
  backoff: either(oneOf(...(Object.keys(BACKOFFS) as BackoffName[])), callback<Backoff>),
  baseDelay: duration(),
  maxDelay: duration(),
}

const options = shape({
  ...backoffs,
  attempts: wholeNumber(1, 20),
  throttle: shape(backoffs),
  functionErrors: either(
    flag,
    either(listOf(text), callback<(args: RetryArguments) => boolean | Promise<boolean>>),
  ),
  retryIf: callback<NonNullable<RetrySettings['retryIf']>>,
  budget: orOff(numberBetween(0, 10)),
})

/** Retry settings from a user's options, over `base`. @throws {InvalidSettingError} */
export function parseRetry(
  given: unknown,
  path: string,
  base: RetrySettings = RETRY_DEFAULTS,
): RetrySettings {
  const { throttle = {}, ...same } = options(given, path)
  return Object.freeze({
    ...base,
    ...same,
    maxDelayMs: maxDelay(same, path, base),
    throttle: Object.freeze({
      ...base.throttle,
      ...throttle,
      maxDelayMs: maxDelay(throttle, `${path}.throttle`, base.throttle),
    }),
  })
}

function maxDelay(given: Partial<BackoffSettings>, path: string, base: BackoffSettings): number {
  const bounds = { minMs: given.baseDelayMs, maxMs: given.maxDelayMs, baseMaxMs: base.maxDelayMs }
  return maximumOf(bounds, `${path}.maxDelay`, 'baseDelay')
}
