import { callback, either, flag, listOf, wholeNumber, type Parse } from '../core/settings.js'
import type { HttpRequest } from './message.js'
import type { StatusSettings } from './verdict.js'

/** What tells whether a request may be sent twice. */
export interface IdempotencyArguments {
  readonly request: HttpRequest
  /** By its method, its `Idempotency-Key`, or since the function was declared idempotent. */
  readonly byDefault: boolean
}

/** How HTTP tells what may be repeated, and what is a failure. */
export interface HttpOptions {
  /**
   * Whether running the function twice for a request does no harm.
   *
   * @defaultValue GET, HEAD, OPTIONS, PUT and DELETE; others with an `Idempotency-Key`; all of an `.idempotent()` function
   */
  readonly idempotent?: boolean | ((args: IdempotencyArguments) => boolean)
  /** Statuses that are worth another attempt, where a repeat is safe. @defaultValue [429, 502, 503, 504] */
  readonly retryStatuses?: readonly number[]
  /** Statuses that speak against the function's health. @defaultValue [502, 503, 504] */
  readonly breakerStatuses?: readonly number[]
}

/** Http options that make sense. */
export interface HttpSettings extends StatusSettings {
  readonly idempotent: (args: IdempotencyArguments) => boolean
}

const statuses = listOf(wholeNumber(200, 599))
const idempotent: Parse<boolean | HttpSettings['idempotent']> = either(
  flag,
  callback<HttpSettings['idempotent']>,
)

/** How each option is parsed; for `shape`, among options of others. */
export const httpOptionParsers = { idempotent, retryStatuses: statuses, breakerStatuses: statuses }

/** Parsed options over the defaults. */
export function httpSettings(parsed: HttpOptions): HttpSettings {
  const { idempotent: told, retryStatuses = [429, 502, 503, 504], breakerStatuses = [502, 503, 504] } = parsed
  return {
    idempotent: typeof told === 'function' ? told : ({ byDefault }) => told ?? byDefault,
    retried: new Set(retryStatuses),
    counted: new Set(breakerStatuses),
  }
}
