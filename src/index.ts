import { createInvoker, type Invoker } from './invoker/invoker.js'

/** Calls Lambda functions with the environment's region and credentials; its client is made on first use. */
export const lambda: Invoker = /* @__PURE__ */ createInvoker()

export type { CircuitSnapshot } from './core/cells/circuit.js'
export type { SavedCell } from './core/cells/seeds.js'
export type { LimitSnapshot } from './core/cells/limiter.js'
export type { Duration } from './core/duration.js'
export type {
  CallEvent,
  CircuitState,
  HedgeRefusalReason,
  InvokedFunction,
  LimitScope,
  ObservedScope,
  Observer,
  RefusalReason,
} from './core/events.js'
export { InvalidSettingError } from './core/settings.js'
export type { Attempt, Decision } from './failures/attempt.js'
export { CATALOGUE, type FailureCode } from './failures/catalogue.js'
export type { Denial, DenyingPolicy } from './failures/denial.js'
export { InvokeError, isInvokeError } from './failures/error.js'
export type { Failure, RemoteError, SchemaIssue } from './failures/failure.js'
export type { FailureKind, Ran, Verdict } from './failures/verdict.js'
export type { CircuitHandle } from './invoker/circuit-handle.js'
export type { PlanData, PlanStep } from './invoker/explain.js'
export type { FailoverOptions, FailoverTarget } from './invoker/failover.js'
export type { CallMeta, Fn, InvokeOptions, InvokeParameters, LambdaContext, Result } from './invoker/fn.js'
export type { IdempotencyKeyOptions } from './invoker/idempotency-key.js'
export { createInvoker, type Invoker } from './invoker/invoker.js'
export type { InvokerOptions, Registry } from './invoker/options.js'
export type { FunctionSettings, Settings } from './invoker/settings.js'
export type { StandardSchema } from './invoker/standard-schema.js'
export type { InvokerState, RestoredState, RestoreOptions } from './invoker/state.js'
export type { TimeoutFinding } from './invoker/timeout-lint.js'
export type { AnyHandler, InputOf, Json, OutputOf } from './invoker/types.js'
export type { AdaptiveOptions } from './policies/adaptive-settings.js'
export type { BreakerOptions } from './policies/breaker.js'
export type { BulkheadOptions } from './policies/bulkhead.js'
export type { DeadLetter, DeadLetterOptions, DeadLetterSink } from './policies/dead-letter.js'
export type { FallbackArguments, FallbackOptions } from './policies/fallback.js'
export type { HedgeOptions } from './policies/hedge-settings.js'
export type { BackoffOptions, RetryArguments, RetryOptions } from './policies/retry-settings.js'
export type { ClientOptions } from './transport/clients.js'
export type { Codec } from './transport/payload.js'
export type { InvokeRequest, Transport } from './transport/transport.js'
