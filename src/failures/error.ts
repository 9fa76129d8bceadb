import type { Attempt } from './attempt.js'
import { summarise, withoutExchange } from './cause.js'
import type { Denial } from './denial.js'
import type { Failure, RemoteError, SchemaIssue } from './failure.js'
import { compose, type Story } from './message.js'
import { worse, type FailureKind, type Ran, type Verdict } from './verdict.js'

const BRAND = Symbol.for('resilient-lambda.InvokeError')
const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const MAX_LOGGED_ISSUES = 20

type Inspect = (value: unknown, options: object) => string
type Hidden = 'verdict' | 'remote' | 'issues' | 'answer' | 'denied'

/**
 * A call that failed: what happened, whether the function may have run, and every attempt.
 *
 * `JSON.stringify`, `console.log` and loggers that copy an error's fields see no payload, no credentials, no log tail
 * and of the cause only its name, code and message. What the callee itself said (`remote.errorType`, `errorMessage`
 * and `trace`) is in `toJSON()`, cut to a bounded size.
 */
export class InvokeError extends Error {
  override readonly name = 'InvokeError'
  /** What went wrong, by name: see the error table. */
  readonly code: Failure['code']
  /** What sort of failure it is: what most callers branch on. */
  readonly kind: FailureKind
  /** What the failure means, for policies; `verdict.ran` speaks of the last attempt alone. */
  declare readonly verdict: Verdict
  /** Whether the function can have run in any of the attempts. */
  readonly mayHaveRun: boolean
  /** How long the other side asked to wait, in ms. */
  declare readonly retryAfterMs: number | undefined
  /** The function, as the caller named it. */
  readonly target: string
  declare readonly requestId: string | undefined
  /** The HTTP status of the answer. */
  declare readonly status: number | undefined
  /** Which limit a throttle speaks of. */
  declare readonly reason: string | undefined
  /** Every attempt, in order, the last one included. */
  readonly attempts: readonly Attempt[]
  /** From the start of the call to its end, in ms. */
  readonly elapsedMs: number
  /** Whether the payload and its story reached the dead-letter sink; undefined where none was due. */
  declare readonly deadLetter: 'sent' | 'failed' | undefined
  /** What the function reported; always there when the kind is `'function'`. */
  declare readonly remote: RemoteError | undefined
  /** What a schema found wrong with the payload or the reply. */
  declare readonly issues: readonly SchemaIssue[] | undefined
  /** What the function answered, where the answer itself is the failure, such as an HTTP 503; not in `toJSON()`. */
  declare readonly answer: unknown
  /** Who lacks which permission on what, where AWS says so. */
  declare readonly denied: Denial | undefined

  constructor(failure: Failure, story: Story) {
    const ran = story.attempts.reduce<Ran>((ran, attempt) => worse(ran, attempt.ran), failure.verdict.ran)
    const options = failure.cause === undefined ? {} : { cause: withoutExchange(failure.cause) }
    super(compose(failure, story, ran), options)
    failures.set(this, failure)
    this.code = failure.code
    this.kind = failure.verdict.kind
    this.mayHaveRun = ran !== 'no'
    this.target = story.target
    this.attempts = Object.freeze(story.attempts.map(snapshot))
    this.elapsedMs = story.elapsedMs
    // What nobody knows is no field of the error.
    if (failure.requestId !== undefined) this.requestId = failure.requestId
    if (failure.status !== undefined) this.status = failure.status
    if (failure.reason !== undefined) this.reason = failure.reason
    if (failure.retryAfterMs !== undefined) this.retryAfterMs = failure.retryAfterMs
    if (story.deadLetter !== undefined) this.deadLetter = story.deadLetter
    hide(this, 'verdict', failure.verdict)
    // Loggers copy the fields that can be enumerated, and these may quote the caller's data.
    hide(this, 'remote', failure.remote ?? (this.kind === 'function' ? {} : undefined))
    hide(this, 'issues', failure.issues)
    hide(this, 'answer', failure.answer)
    hide(this, 'denied', failure.denied)
  }

  get [BRAND](): true {
    return true
  }

  /** The error as plain data for logs; the log tail and the raw cause stay out. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...details(this) }
  }

  [INSPECT](_depth: number, options: object, inspect: Inspect): string {
    return `${this.stack} ${inspect(details(this), options)}`
  }
}

const failures = new WeakMap<InvokeError, Failure>()

/** The same error at the end of a call of several parts: what was sent before, and how long that took, counts too. */
export function preceded(error: InvokeError, attempts: readonly Attempt[], elapsedMs: number): InvokeError {
  const failure = failures.get(error)
  if (!failure || attempts.length === 0) return error
  const later = error.attempts.map((attempt, index) => ({
    ...attempt,
    number: attempts.length + index + 1,
    startedMs: elapsedMs + attempt.startedMs,
  }))
  return new InvokeError(failure, {
    target: error.target,
    attempts: [...attempts, ...later],
    elapsedMs: elapsedMs + error.elapsedMs,
    deadLetter: error.deadLetter,
  })
}

/** An InvokeError whose `kind` tells what else is there: with `'function'` it has its `remote`. */
export type CaughtInvokeError = InvokeError &
  (
    | { readonly kind: 'function'; readonly remote: RemoteError }
    | { readonly kind: Exclude<FailureKind, 'function'> }
  )

/** Whether a value is an InvokeError, of this copy of the library or another, of this realm or another; never throws. */
export function isInvokeError(value: unknown): value is CaughtInvokeError {
  try {
    return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true
  } catch {
    return false
  }
}

// Two levels are all that an attempt has; rows of the catalogue are frozen already and stay shared.
function snapshot(attempt: Attempt): Attempt {
  if (Object.isFrozen(attempt) && !Object.values(attempt).some(isLoose)) return attempt
  const parts = Object.entries(known(attempt)).map(([key, value]) => [
    key,
    isLoose(value) ? Object.freeze({ ...value }) : value,
  ])
  return Object.freeze(Object.fromEntries(parts))
}

function isLoose(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Object.isFrozen(value)
}

function hide(error: InvokeError, name: Hidden, value: unknown): void {
  if (value !== undefined) Object.defineProperty(error, name, { value, configurable: true })
}

function details(error: InvokeError): Record<string, unknown> {
  const { kind, retry, ran, breaker } = error.verdict
  return known({
    code: error.code,
    kind,
    retry,
    ran,
    breaker,
    mayHaveRun: error.mayHaveRun,
    target: error.target,
    requestId: error.requestId,
    status: error.status,
    reason: error.reason,
    denied: error.denied,
    retryAfterMs: error.retryAfterMs,
    deadLetter: error.deadLetter,
    remote: error.remote && known({ ...error.remote, logTail: undefined }),
    issues: error.issues?.slice(0, MAX_LOGGED_ISSUES),
    elapsedMs: error.elapsedMs,
    attempts: error.attempts.map((attempt) => known({ ...attempt, verdict: undefined })),
    cause: error.cause === undefined ? undefined : summarise(error.cause),
  })
}

function known(details: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
}
