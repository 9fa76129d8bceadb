import type { Attempt } from '../failures/attempt.js'
import type { Failure } from '../failures/failure.js'
import type { Ran } from '../failures/verdict.js'

/** The state of a circuit: `closed` lets calls through, `open` refuses them, `half-open` lets a few probes through. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** Which Lambda function a call is for, as far as it is known before the call. */
export interface InvokedFunction {
  /** The bare name, without ARN and qualifier. */
  readonly name: string
  readonly qualifier?: string
  /** From the ARN, or the one that the invoker was made for; absent where only the client knows. */
  readonly region?: string
  readonly tenant?: string
}

/** What an adaptive limit is for: one function, or all functions of an account and region. */
export type LimitScope = 'function' | 'account'

/** Why a retry was refused. */
export type RefusalReason = 'attempts-used' | 'may-have-run' | 'not-worth-it' | 'deadline' | 'budget'

/** Why a hedge was refused. */
export type HedgeRefusalReason =
  'circuit' | 'throttled' | 'slow-hedges' | 'in-flight' | 'allowance' | 'budget'

/** What can happen in a call, each with what is known at that moment. Every number of ms says so in its name. */
export type CallEventBody =
  | { readonly type: 'call.started'; readonly idempotent: boolean }
  | {
      readonly type: 'call.ended'
      readonly ok: boolean
      /** Absent when the call answered. */
      readonly failure?: Failure
      readonly mayHaveRun: boolean
      readonly attempts: readonly Attempt[]
      readonly durationMs: number
      readonly queuedMs: number
      /** Whether the answer is the fallback's. */
      readonly fallback: boolean
    }
  | { readonly type: 'attempt.started'; readonly attempt: number }
  | {
      readonly type: 'attempt.ended'
      readonly attempt: number
      readonly ok: boolean
      readonly failure?: Failure
      readonly ran: Ran
      readonly requestId?: string
      readonly durationMs: number
    }
  /** An attempt was let go while the function may still be running. */
  | {
      readonly type: 'attempt.abandoned'
      readonly attempt: number
      readonly failure: Failure
      readonly durationMs: number
    }
  | {
      readonly type: 'retry.scheduled'
      readonly attempt: number
      readonly waitMs: number
      readonly why: string
      readonly failure: Failure
    }
  | {
      readonly type: 'retry.refused'
      readonly attempt: number
      readonly reason: RefusalReason
      readonly why: string
      readonly failure: Failure
    }
  | { readonly type: 'budget.spent'; readonly tokens: number }
  /** A second attempt is made, since the first has no answer after `afterMs`. */
  | { readonly type: 'hedge.started'; readonly afterMs: number }
  /** The second attempt answered first, in `durationMs`. */
  | { readonly type: 'hedge.won'; readonly afterMs: number; readonly durationMs: number }
  | { readonly type: 'hedge.refused'; readonly reason: HedgeRefusalReason; readonly why: string }
  | {
      readonly type: 'breaker.state'
      readonly state: CircuitState
      readonly previous: CircuitState
      readonly why: string
      readonly openForMs?: number
    }
  | { readonly type: 'breaker.refused'; readonly state: CircuitState; readonly retryAfterMs?: number }
  | {
      readonly type: 'bulkhead.queued'
      readonly scope: string
      readonly inFlight: number
      readonly queued: number
    }
  | {
      readonly type: 'bulkhead.refused'
      readonly scope: string
      readonly why: string
      readonly inFlight: number
      readonly queued: number
    }
  /** The limit on attempts in flight has changed; one that is absent is no limit. */
  | {
      readonly type: 'adaptive.limit'
      readonly scope: LimitScope
      readonly from?: number
      readonly to?: number
      readonly why: string
    }
  /** A throttle of the rate has spread the starts of attempts further. */
  | {
      readonly type: 'adaptive.pace'
      readonly scope: LimitScope
      readonly fromMs: number
      readonly toMs: number
    }
  | {
      readonly type: 'adaptive.queued'
      readonly scope: LimitScope
      readonly inFlight: number
      readonly queued: number
    }
  | {
      readonly type: 'adaptive.refused'
      readonly scope: LimitScope
      readonly why: string
      readonly inFlight: number
      readonly queued: number
      readonly retryAfterMs?: number
    }
  /** The next target is tried, since this one cannot help now. */
  | {
      readonly type: 'failover.started'
      readonly from: string
      readonly to: string
      readonly why: string
      readonly failure: Failure
    }
  | { readonly type: 'deadLetter.sent'; readonly failure: Failure; readonly durationMs: number }
  | {
      readonly type: 'deadLetter.failed'
      readonly failure: Failure
      readonly durationMs: number
      /** Why the sink did not take it. */
      readonly error: Failure
    }
  | {
      readonly type: 'fallback.used'
      readonly failure: Failure
      readonly ok: boolean
      readonly durationMs: number
      /** What became of the fallback when it failed too. */
      readonly error?: Failure
    }

/** Which call an event belongs to, and when it happened. */
export interface CallEventHead {
  /** Counts the calls of the process; the same for all events of a call. 0 for what happens outside of one, such as a circuit opened by hand. */
  readonly call: number
  /** As the caller named it; within a failover, the target that is tried. */
  readonly target: string
  /** Absent where something else than a Lambda function is protected. */
  readonly invoked?: InvokedFunction
  /** From the start of the call, in ms. */
  readonly atMs: number
}

/** One event of a call. */
export type CallEvent = CallEventHead & CallEventBody

/** What an observer may wrap around: the whole call, or one attempt of it. */
export interface ObservedScope {
  readonly type: 'call' | 'attempt'
  readonly call: number
  readonly target: string
  /** Which attempt, 1 for the first; absent for the call. */
  readonly attempt?: number
  /** Entries put here (trace context) travel to the function in the client context's `custom` part. Only for attempts. */
  readonly carrier: Record<string, string>
}

/** Watches calls from the side; whatever it throws is caught and changes nothing. */
export interface Observer {
  event?(event: CallEvent): void
  /** Runs `run` inside something of the observer's, such as an active span; must call it at once, exactly once, and return its result. */
  around?<T>(scope: ObservedScope, run: () => Promise<T>): Promise<T>
}

/** Another target than the call's own. */
export interface Elsewhere {
  readonly name: string
  readonly invoked?: InvokedFunction
}

/**
 * Tells observers what happens in one call, at its own target or elsewhere; undefined where nobody listens, so that no
 * event is even built.
 */
export type Emit = (event: CallEventBody, elsewhere?: Elsewhere) => void
