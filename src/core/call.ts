import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Emit, InvokedFunction } from './events.js'
import type { History, LiveAttempt } from './history.js'
import type { Scope } from './scope.js'

/** Whom a call is for. */
export interface Subject {
  /** As people write it; stands in messages and events. */
  readonly name: string
  /** What state is kept by: one circuit and one budget for each. */
  readonly key: string
  /** What shares one client and its sockets. */
  readonly clientKey: string
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
}

/** How a call stands at one place of the pipeline: each policy hands on its own copy. */
export interface Context {
  readonly clock: Clock
  readonly cells: Cells
  /** Cancelled when what is inside should stop. */
  readonly scope: Scope
  /** On the clock; `Infinity` without a deadline. */
  readonly deadlineAt: number
  readonly history: History
  /** The target that is tried in place of the call's own; absent at its own. */
  readonly target?: string
  /** The attempt that is being made; absent outside of one. */
  readonly attempt?: LiveAttempt
  /** Trace context and the like, for the transport to send along. */
  readonly carrier?: Readonly<Record<string, string>>
  /** Undefined when nobody listens. */
  readonly emit: Emit | undefined
}
