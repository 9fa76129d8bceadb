import type { Duration } from '../core/duration.js'
import type { Observer } from '../core/events.js'
import type { Policy } from '../core/policy.js'
import type { Attempt } from '../failures/attempt.js'
import type { InvokeError } from '../failures/error.js'
import type { AdaptiveOptions } from '../policies/adaptive-settings.js'
import type { BreakerOptions } from '../policies/breaker.js'
import type { BulkheadOptions } from '../policies/bulkhead.js'
import type { DeadLetterOptions, DeadLetterSink } from '../policies/dead-letter.js'
import type { FallbackArguments, FallbackOptions } from '../policies/fallback.js'
import type { HedgeOptions } from '../policies/hedge-settings.js'
import type { PolicyName } from '../policies/order.js'
import type { RetryOptions } from '../policies/retry-settings.js'
import type { Codec } from '../transport/payload.js'
import type { CircuitHandle } from './circuit-handle.js'
import type { PlanData } from './explain.js'
import type { IdempotencyKeyOptions } from './idempotency-key.js'
import type { FailoverOptions, FailoverTarget } from './failover.js'
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.js'
import type { TimeoutFinding } from './timeout-lint.js'

/** What `.invoke()` and `.safeInvoke()` take beside the payload. */
export interface InvokeOptions {
  /** Stops everything at once: waiting in a queue, waiting for a retry, a request in flight, a body that is coming. */
  readonly signal?: AbortSignal | undefined
  /** For this call only. */
  readonly deadline?: Duration | LambdaContext | undefined
}

/** What Lambda hands to a handler: here for the time that remains. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number
}

/** What is known about a call beside its value. Times in ms. */
export interface CallMeta {
  readonly requestId?: string
  readonly executedVersion?: string
  /** The last 4 KB of the log; with `.logs()`. */
  readonly logTail?: string
  readonly durableExecutionArn?: string
  readonly attempts: readonly Attempt[]
  readonly durationMs: number
  /** Spent waiting for a place in a bulkhead or an adaptive limit. */
  readonly queuedMs: number
  /** Whether the value is the fallback's. */
  readonly fallback: boolean
}

/** How a call ended, without throwing. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly meta: CallMeta }
  | { readonly ok: false; readonly error: InvokeError; readonly meta: CallMeta }

/** A payload may be left out where the handler takes none. */
export type InvokeParameters<I> = unknown extends I
  ? [payload?: unknown, options?: InvokeOptions]
  : undefined extends I
    ? [payload?: I, options?: InvokeOptions]
    : [payload: I, options?: InvokeOptions]

/** What a chain must be to be hedged: the compiler shows the text where it is not. */
type OnlyIdempotent<Idempotent> = [Idempotent] extends [true]
  ? unknown
  : 'hedge() may run the function twice: call .idempotent() first'

/** Keeps a function that takes another payload from passing for a value. */
type NoFunction<F> = F extends { readonly safeInvoke: unknown } ? never : F

/**
 * A Lambda function to call, with all that is settled about how.
 *
 * Immutable: each method returns a new one and leaves this one as it is, so every step can be kept. The order in which
 * methods are called does not matter; the order in which policies act is fixed, and `explain()` prints it.
 */
export interface Fn<I, O, Idempotent extends boolean = boolean> {
  /** Only for the compiler, which lets `hedge` be set where it is `true`; there is no such property. */
  readonly '~idempotent'?: Idempotent

  /**
   * Calls the function and waits for its answer.
   *
   * @throws {InvokeError} when there is none: its `code`, `kind` and `mayHaveRun` say what happened
   */
  invoke(...args: InvokeParameters<I>): Promise<O>

  /** Calls the function and returns how it ended, with its metadata; never throws for a remote failure. */
  safeInvoke(...args: InvokeParameters<I>): Promise<Result<O>>

  /**
   * Limits the whole call: waits, all attempts and bodies included. `false` removes the limit.
   *
   * Inside a Lambda function pass its `context`: the limit is then the time that remains, less a reserve to answer in.
   *
   * @defaultValue '60s'; the reserve is '500ms'
   * @throws {InvalidSettingError}
   */
  deadline(limit: Duration | false): Fn<I, O, Idempotent>
  deadline(context: LambdaContext, options?: { readonly reserve?: Duration }): Fn<I, O, Idempotent>

  /**
   * Limits one attempt. An attempt that is cut off may go on running: it is repeated only if the call is idempotent.
   *
   * @defaultValue false: an attempt may use what remains of the deadline
   * @throws {InvalidSettingError}
   */
  timeout(limit: Duration | false): Fn<I, O, Idempotent>

  /** How often, when and how fast to try again. @defaultValue 3 attempts @throws {InvalidSettingError} */
  retry(options: RetryOptions | false): Fn<I, O, Idempotent>

  /**
   * How many attempts may be in flight, as throttles tell; those that must wait are served in the order of their deadlines.
   *
   * @defaultValue false
   * @throws {InvalidSettingError}
   */
  adaptive(options: AdaptiveOptions | boolean): Fn<I, O, Idempotent>

  /** When to stop calling a function that keeps failing. @throws {InvalidSettingError} */
  circuitBreaker(options: BreakerOptions | false): Fn<I, O, Idempotent>

  /** How many calls of this function may be in flight, and wait. @throws {InvalidSettingError} */
  bulkhead(options: BulkheadOptions | false): Fn<I, O, Idempotent>

  /**
   * Makes a second attempt when the first is slow; the first good answer wins, and the other is aborted. Only for
   * idempotent calls: an aborted attempt may go on running, and is billed.
   *
   * @defaultValue false; when set, after the 95th percentile of the function's own latency, for at most 5 % extra load
   * @throws {InvalidSettingError}
   */
  hedge(off: false): Fn<I, O, Idempotent>
  hedge(this: OnlyIdempotent<Idempotent>, options?: HedgeOptions | false): Fn<I, O, Idempotent>

  /**
   * Answers when the call cannot: a value, a function of the error, or another function to call with the same payload.
   *
   * Another function is called only where a repeat is safe: the first has not run, or the call was declared idempotent.
   * A key is not enough for that, since the other function may not know it.
   *
   * @throws {InvalidSettingError}
   */
  fallback<F>(other: Fn<I, F>, options?: FallbackOptions): Fn<I, O | F, Idempotent>
  fallback<F>(
    answer: (args: FallbackArguments) => F | Promise<F>,
    options?: FallbackOptions,
  ): Fn<I, O | F, Idempotent>
  fallback<const F>(value: NoFunction<F>, options?: FallbackOptions): Fn<I, O | F, Idempotent>

  /**
   * Turns to other targets, in order, when this one cannot help now: a qualifier (`':live'`), another function, another
   * region (`{ region }`), or a chain with a plan of its own.
   *
   * Only where a repeat is safe: nothing has run, or the call is idempotent. Each target has its own state; all share the
   * call's deadline. Of a chain its fallback, deadline, failover, dead letter and observers have no part. `false` switches it off.
   *
   * @throws {InvalidSettingError}
   */
  failover<F = never>(
    targets: readonly (FailoverTarget | Fn<I, F>)[] | false,
    options?: FailoverOptions,
  ): Fn<I, O | F, Idempotent>

  /**
   * Hands the payload and story of a call that failed after all else to a sink, and waits for it up to a limit.
   *
   * What the caller cancelled makes no dead letter. A sink that fails hides nothing: the error says so in `deadLetter`.
   * `false` switches it off.
   *
   * @throws {InvalidSettingError}
   */
  deadLetter(sink: DeadLetterSink<I> | false, options?: DeadLetterOptions): Fn<I, O, Idempotent>

  /** Declares that running the function twice for one call does no harm, so that what may have run can be repeated. */
  idempotent(declared?: true): Fn<I, O, true>
  idempotent(declared?: boolean): Fn<I, O>

  /**
   * Sends a key with the call by which the function knows a repeat: the same on every attempt. The call is idempotent
   * by it; a later `.idempotent(false)` takes that back, and the key still goes along.
   *
   * A function makes the key of the payload, once for each call.
   *
   * @throws {InvalidSettingError} also from the call, where the function returns no text
   */
  idempotencyKey(key: string | ((payload: I) => string), options: IdempotencyKeyOptions): Fn<I, O, true>

  /** Asks for the last 4 KB of the function's log with every reply and error. */
  logs(wanted?: boolean): Fn<I, O, Idempotent>

  /** Sends a context beside the payload, up to 3,583 bytes of base64; runtimes show it as `context.clientContext`. */
  clientContext(context: Readonly<Record<string, unknown>>): Fn<I, O, Idempotent>

  /**
   * Tells the function, in its client context, how long somebody waits for the attempt and which one it is: what
   * `deadlineOf` and `attemptOf` of `resilient-lambda/callee` read. Left out where the client context has no room.
   *
   * @defaultValue false
   */
  forward(wanted?: boolean): Fn<I, O, Idempotent>

  /** Turns payloads into bytes and replies into values. @defaultValue JSON */
  codec(codec: Codec): Fn<I, O, Idempotent>

  /** Checks payloads against a Standard Schema (zod, valibot, arktype, …) before anything is sent, and takes its type. */
  input<S extends StandardSchema>(schema: S): Fn<SchemaInput<S>, O, Idempotent>

  /** Checks replies against a Standard Schema and takes its type. */
  output<S extends StandardSchema>(schema: S): Fn<I, SchemaOutput<S>, Idempotent>

  /** Calls a version or an alias. @throws {InvalidSettingError} */
  qualifier(qualifier: string): Fn<I, O, Idempotent>

  /** Calls on behalf of a tenant, for functions with tenant isolation. @throws {InvalidSettingError} */
  tenant(tenant: string): Fn<I, O, Idempotent>

  /** Watches the calls of this chain from the side. */
  observe(observer: Observer | NonNullable<Observer['event']>): Fn<I, O, Idempotent>

  /** Puts a policy of your own before (outside) or after (inside) one of ours. @throws {InvalidSettingError} */
  use(
    policy: Policy,
    place: { readonly before: PolicyName } | { readonly after: PolicyName },
  ): Fn<I, O, Idempotent>

  /** The circuit that calls of this chain go through; undefined when it is switched off. */
  readonly circuit: CircuitHandle | undefined

  /**
   * Asks Lambda once for the function's own time limit, and says where it does not fit this plan or the client's
   * connections; an empty list when all is well. Nothing is run.
   *
   * The caller needs `lambda:GetFunctionConfiguration`.
   *
   * @throws {InvokeError} when Lambda gives no answer, within 10 s
   * @throws {InvalidSettingError} on an invoker whose transport is not the AWS SDK
   */
  timeoutLint(): Promise<readonly TimeoutFinding[]>

  /** The plan in its true order, for people. */
  explain(): string

  /** The plan in its true order, as data. */
  toJSON(): PlanData

  /** The target and whether it is idempotent, on one line for logs. */
  toString(): string
}
