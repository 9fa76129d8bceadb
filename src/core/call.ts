import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Emit, InvokedFunction } from './events.js'
import type { LiveAttempt } from './attempt-record.js'
import type { History } from './history.js'
import type { Outcome } from './outcome.js'
import type { Scope } from './scope.js'

/** Whom a call is for. */
export interface Subject {
  /** As people write it; stands in messages and events. */
  readonly name: string
  /** What state is kept by: one circuit and one budget for each. */
  readonly key: string
  /** What shares one client and its sockets. */
  readonly clientKey: string
  /** The account and region, as people write them; absent where something else than Lambda is protected. */
  readonly account?: string
  /** The Lambda function; absent where something else is protected. */
  readonly invoked?: InvokedFunction
}

/** What is asked for; the same through all attempts. */
export interface Call {
  readonly subject: Subject
  /** As the caller gave it; for the transport, as it goes over the wire. */
  readonly payload: unknown
  /** Whether the caller declared that running it twice does no harm. */
  readonly idempotent: boolean
  /** Whether only since this function knows a repeat by its key: another one may not. */
  readonly byKey?: boolean | undefined
  /** The key by which the function knows a repeat of this call; settled before the first attempt. */
  readonly idempotencyKey?: string | undefined
  /** The caller's own; for the outside of the pipeline, since all that is inside listens to its scope. */
  readonly signal?: AbortSignal | undefined
}

/** Places for attempts in flight, where those are limited. */
export interface AttemptLimiter {
  /** Whether an attempt was throttled in the last 10 s: no time for extra load. */
  readonly throttledLately: boolean
  /** Gives back the place of the first attempt, which may end before those beside it; `outcome` tells of throttles. */
  readonly leave: Leave
  /** Takes a place for an attempt beside the first, without waiting: what gives it back, or undefined if none is free. */
  take(): Leave | undefined
}

/** Gives a place back, once. */
export type Leave = (outcome?: Outcome) => void

/** The rest of the pipeline, as one policy sees it. */
export type Next = (call: Call, context: Context) => Promise<Outcome>

/** How a call stands at one place of the pipeline: each policy hands on its own copy. */
export interface Context {
  readonly clock: Clock
  readonly cells: Cells
  /** Cancelled when what is inside should stop. */
  readonly scope: Scope
  /** On the clock; `Infinity` without a deadline. */
  readonly deadlineAt: number
  /** After this no attempt may begin, though one under way may go on to the deadline; absent without such a time. */
  readonly beginBy?: number | undefined
  readonly history: History
  /** The target that is tried in place of the call's own; absent at its own. */
  readonly target?: string | undefined
  /** The attempt that is being made; absent outside of one. */
  readonly attempt?: LiveAttempt | undefined
  /** Whether this is an extra attempt, beside one that is slow. */
  readonly hedge?: true | undefined
  /** What all repeats of a function draw from; absent without one. */
  readonly budget?: { takeOne(): boolean } | undefined
  /** Where to ask before an extra attempt (a hedge); absent where attempts are not limited. */
  readonly limiter?: AttemptLimiter | undefined
  /** Trace context and the like, for the transport to send along. */
  readonly carrier?: Readonly<Record<string, string>> | undefined
  /** Undefined when nobody listens. */
  readonly emit: Emit | undefined
}
