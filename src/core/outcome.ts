import { summarise } from '../failures/cause.js'
import { failure, type Failure } from '../failures/failure.js'
import type { Ran } from '../failures/verdict.js'

/** What Lambda said beside the value. */
export interface Reply {
  readonly requestId?: string
  /** The version that an alias or `$LATEST` led to. */
  readonly executedVersion?: string
  /** The last 4 KB of the function's log; only with `.logs()`. */
  readonly logTail?: string
  /** The durable execution's ARN, for durable functions. */
  readonly durableExecutionArn?: string
}

/** A value, and what came with it. */
export interface Answered<T = unknown> {
  readonly ok: true
  readonly value: T
  readonly reply: Reply
}

/** A failure that already carries its verdict. */
export interface Failed {
  readonly ok: false
  readonly failure: Failure
}

/** How a call or an attempt ended. It travels as a value: inside the pipeline, no remote failure is thrown. */
export type Outcome<T = unknown> = Answered<T> | Failed

const NO_REPLY: Reply = Object.freeze({})

export function answered<T>(value: T, reply: Reply = NO_REPLY): Answered<T> {
  return { ok: true, value, reply }
}

export function failed(failure: Failure): Failed {
  return { ok: false, failure }
}

/** How it ended when code that is not ours threw; without `ran`, nobody can tell whether it has done its work. */
export function thrown(error: unknown, ran?: Ran): Failed {
  return failed(failure('OperationFailed', summarise(error).message || undefined, { ran, cause: error }))
}
