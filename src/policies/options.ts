import type { Policy } from '../core/policy.js'
import { duration } from '../core/settings.js'
import type { Duration } from '../core/duration.js'
import { parseAdaptive, type AdaptiveOptions } from './adaptive-settings.js'
import { adaptivePolicy } from './adaptive.js'
import { BREAKER_DEFAULTS, breakerPolicy, parseBreaker, type BreakerOptions } from './breaker.js'
import { bulkheadPolicy, parseBulkhead, type BulkheadOptions } from './bulkhead.js'
import {
  deadLetterPolicy,
  parseDeadLetter,
  type DeadLetterOptions,
  type DeadLetterSink,
} from './dead-letter.js'
import { deadlinePolicy } from './deadline.js'
import { fallbackPolicy, parseFallback, type FallbackArguments, type FallbackOptions } from './fallback.js'
import { parseHedge, type HedgeOptions } from './hedge-settings.js'
import { hedgePolicy } from './hedge.js'
import { parseRetry, type RetryOptions } from './retry-settings.js'
import { retryPolicy } from './retry.js'
import { timeoutPolicy } from './timeout.js'

const parseLimit = duration(1)

/** A limit for the whole call: waits, attempts and bodies included. @throws {InvalidSettingError} */
export function deadline(limit: Duration): Policy {
  return deadlinePolicy({ limitMs: parseLimit(limit, 'deadline') })
}

/** A limit for one attempt. @throws {InvalidSettingError} */
export function timeout(limit: Duration): Policy {
  return timeoutPolicy({ limitMs: parseLimit(limit, 'timeout') })
}

/** Repeats what failed where that can help and do no harm. @throws {InvalidSettingError} */
export function retry(options: RetryOptions = {}): Policy {
  return retryPolicy(parseRetry(options, 'retry'))
}

/** Bounds the attempts in flight by what throttles tell. @throws {InvalidSettingError} */
export function adaptive(options: AdaptiveOptions | true = true): Policy {
  return adaptivePolicy(parseAdaptive(options, 'adaptive'))
}

/** Stops calling what keeps failing. @throws {InvalidSettingError} */
export function circuitBreaker(options: BreakerOptions = {}): Policy {
  return breakerPolicy(parseBreaker(options, 'circuitBreaker', BREAKER_DEFAULTS))
}

/** Makes a second attempt when the first is slow; only for what is idempotent. @throws {InvalidSettingError} */
export function hedge(options: HedgeOptions = {}): Policy {
  return hedgePolicy(parseHedge(options, 'hedge'))
}

/** Bounds the calls in flight. @throws {InvalidSettingError} */
export function bulkhead(options: BulkheadOptions = {}): Policy {
  return bulkheadPolicy(parseBulkhead(options, 'bulkhead'))
}

/** Answers in place of a call that failed: a function is asked, any other value is the answer. @throws {InvalidSettingError} */
export function fallback<T>(
  answer: T | ((args: FallbackArguments) => T | Promise<T>),
  options: FallbackOptions = {},
): Policy {
  const ask = typeof answer === 'function' ? (answer as (args: FallbackArguments) => unknown) : () => answer
  return fallbackPolicy({ answer: ask, repeats: false, ...parseFallback(options, 'fallback') })
}

/** Hands what failed for good to a sink; stands outermost. @throws {InvalidSettingError} */
export function deadLetter(sink: DeadLetterSink, options: DeadLetterOptions = {}): Policy {
  return deadLetterPolicy(parseDeadLetter({ ...options, sink }, 'deadLetter'))
}
