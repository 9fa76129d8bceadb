import { CATALOGUE, type FailureCode } from './catalogue.js'
import type { Denial } from './denial.js'
import type { Verdict } from './verdict.js'

/** The error that a function reported, in its own words; all of it may be missing, and all of it is cut to a bounded size. */
export interface RemoteError {
  /** The name of the error, such as `TypeError`, `Function<RuntimeError>` or `Sandbox.Timedout`. */
  readonly errorType?: string
  readonly errorMessage?: string
  /** The stack trace, innermost frame first as the runtime sent it, then the causes. */
  readonly trace?: readonly string[]
  /** The last 4 KB of the function's log, when the call asked for it. */
  readonly logTail?: string
  /** The version that ran, such as `$LATEST` or `7`. */
  readonly executedVersion?: string
}

/** One thing that a schema found wrong. */
export interface SchemaIssue {
  readonly message: string
  /** Where: the keys joined by dots, such as `lines.0.sku`. */
  readonly path?: string
}

/** What went wrong, and what it means. */
export interface Failure {
  readonly code: FailureCode | (string & {})
  readonly verdict: Verdict
  /** What was seen: one clause, without a final stop. */
  readonly message: string
  readonly cause?: unknown
  /** How long the other side asked to wait, in ms. */
  readonly retryAfterMs?: number
  readonly requestId?: string
  /** The HTTP status of the answer. */
  readonly status?: number
  /** Which limit a throttle speaks of, such as `ReservedFunctionConcurrentInvocationLimitExceeded`. */
  readonly reason?: string
  /** What the function reported; always there when the kind is `'function'`. */
  readonly remote?: RemoteError
  /** What the schema found, for `InputInvalid` and `ReplyInvalid`. */
  readonly issues?: readonly SchemaIssue[]
  /** What the function answered, where the answer itself is the failure. */
  readonly answer?: unknown
  /** Who may not do what, where AWS says so. */
  readonly denied?: Denial
}

type Facts = Omit<Failure, 'code' | 'verdict' | 'message'>

/** What is known beyond the code; `ran`, `retry`, `breaker` and `advice` correct the row's own for this one case. */
export type FailureDetails = { readonly [Name in keyof Facts]?: Facts[Name] | undefined } & {
  readonly ran?: Verdict['ran'] | undefined
  readonly retry?: Verdict['retry'] | undefined
  readonly breaker?: Verdict['breaker'] | undefined
  readonly advice?: Verdict['advice'] | undefined
}

/** A failure with its verdict from the catalogue; the message is the row's `means` unless one is given. */
export function failure(code: FailureCode, message?: string, details?: FailureDetails): Failure {
  const row = CATALOGUE[code]
  const result = { code, verdict: row, message: message ?? row.means.slice(0, -1) }
  return details === undefined ? result : withDetails(result, details)
}

const FACTS = Object.keys({
  cause: true,
  retryAfterMs: true,
  requestId: true,
  status: true,
  reason: true,
  remote: true,
  issues: true,
  answer: true,
  denied: true,
} satisfies Record<keyof Facts, true>) as (keyof Facts)[]

/** One field after the other, in one order: objects that are spread together all differ in shape, and cost many times as much. */
function withDetails(failure: Failure, details: FailureDetails): Failure {
  const { code, verdict, message } = failure
  const result: Failure = { code, verdict: corrected(verdict, details), message }
  const facts = result as { -readonly [Name in keyof Facts]?: unknown }
  for (const name of FACTS) if (details[name] !== undefined) facts[name] = details[name]
  return result
}

function corrected(row: Verdict, details: FailureDetails): Verdict {
  const { ran = row.ran, retry = row.retry, breaker = row.breaker, advice = row.advice } = details
  const same = ran === row.ran && retry === row.retry && breaker === row.breaker && advice === row.advice
  return same ? row : Object.freeze({ ...row, ran, retry, breaker, advice })
}
