export type { Backoff, BackoffName, BackoffStep } from '../core/backoff.js'
export type { AttemptLimiter, Call, Context, Subject } from '../core/call.js'
export { systemClock, type Clock, type Timer } from '../core/clock.js'
export type { Duration } from '../core/duration.js'
export type { CallEvent, Emit, Observer } from '../core/events.js'
export { answered, failed, type Outcome, type Reply } from '../core/outcome.js'
export { compose, type Next, type Policy } from '../core/policy.js'
export { Scope } from '../core/scope.js'
export { InvalidSettingError } from '../core/settings.js'
export { InvokeError, isInvokeError } from '../failures/error.js'
export { failure, type Failure } from '../failures/failure.js'
export type { FailureKind, Ran, Verdict } from '../failures/verdict.js'
export type { AdaptiveOptions } from './adaptive-settings.js'
export type { BreakerOptions } from './breaker.js'
export type { BulkheadOptions } from './bulkhead.js'
export type { DeadLetter, DeadLetterOptions, DeadLetterSink } from './dead-letter.js'
export type { FallbackArguments, FallbackOptions } from './fallback.js'
export type { HedgeOptions } from './hedge-settings.js'
export {
  adaptive,
  bulkhead,
  circuitBreaker,
  deadLetter,
  deadline,
  fallback,
  hedge,
  retry,
  timeout,
} from './options.js'
export { ORDER, type PolicyName } from './order.js'
export { protect, type Protected, type ProtectedArguments, type ProtectOptions } from './protect.js'
export type { BackoffOptions, RetryArguments, RetryOptions } from './retry-settings.js'
