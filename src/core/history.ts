import type { Attempt, Decision } from '../failures/attempt.js'
import type { Failure } from '../failures/failure.js'
import { worse, type Ran } from '../failures/verdict.js'
import { AttemptRecord, type LiveAttempt } from './attempt-record.js'
import type { Clock } from './clock.js'
import type { Emit } from './events.js'
import { failed, type Outcome } from './outcome.js'
import type { Scope } from './scope.js'

/** What sets an attempt apart, of the context that it is made in. */
interface Beginning {
  readonly target?: string | undefined
  readonly hedge?: true | undefined
  readonly emit?: Emit | undefined
  readonly scope?: Scope
}

const NONE: readonly AttemptRecord[] = []
const NOTHING_SPECIAL: Beginning = Object.freeze({})

/** The story of one call: its attempts, what was decided after each, how long it queued. */
export class History {
  #attempts: readonly AttemptRecord[] = NONE
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #emit: Emit | undefined
  /** Time spent waiting for a place in a bulkhead or an adaptive limit, in ms. */
  queuedMs = 0
  /** Whether a fallback gave the answer. */
  fallback = false
  /** What became of the dead letter; undefined where none was due. */
  deadLetter: 'sent' | 'failed' | undefined
  /** Whether another function can have run in this one's place. */
  ranElsewhere: Ran = 'no'

  /** The idempotency key of the call, once there is one: the same on every attempt, at every target. */
  key: string | undefined

  /** The number of the call, as in its events. */
  readonly call: number

  constructor(clock: Clock, emit: Emit | undefined, call = 0) {
    this.call = call
    this.#clock = clock
    this.#emit = emit
    this.#startedAt = clock.now()
  }

  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  /** The worst that can have happened over all attempts, and elsewhere. */
  get ran(): Ran {
    return this.#attempts.reduce<Ran>((ran, attempt) => worse(ran, attempt.ran), this.ranElsewhere)
  }

  /** Whether the function may be running for this call at this moment. */
  get mayBeRunning(): boolean {
    return this.#attempts.some((attempt) => !attempt.ended && attempt.ran !== 'no')
  }

  /**
   * Begins at `'maybe'`: only a transport that can see what it sends may say that nothing went out. An attempt at
   * another target names it, and tells its events as that target's.
   */
  begin({ target, hedge, emit, scope }: Beginning = NOTHING_SPECIAL, now = this.#clock.now()): AttemptRecord {
    const tell = target === undefined ? this.#emit : (emit ?? this.#emit)
    const attempt = new AttemptRecord(this.#attempts.length + 1, now - this.#startedAt, tell, target, hedge)
    this.#attempts = this.#attempts.length === 0 ? [attempt] : [...this.#attempts, attempt]
    attempt.emit?.({ type: 'attempt.started', attempt: attempt.number })
    // Who heard of it may have cancelled the call: then it goes no further.
    if (!scope?.cancelled) attempt.ran = 'maybe'
    return attempt
  }

  /** Ends an attempt once; what comes later was not waited for and changes nothing. */
  end({ number }: LiveAttempt, outcome: Outcome, now = this.#clock.now()): void {
    const attempt = this.#attempts[number - 1]
    if (!attempt || attempt.ended) return
    const durationMs = now - this.#startedAt - attempt.startedMs
    attempt.end(durationMs, outcome)
    attempt.emit?.({
      type: 'attempt.ended',
      attempt: attempt.number,
      ok: outcome.ok,
      ran: attempt.ran,
      durationMs,
      ...(attempt.requestId !== undefined && { requestId: attempt.requestId }),
      ...(!outcome.ok && { failure: outcome.failure }),
    })
  }

  /** Ends an attempt that somebody's time or patience ran out on; the function may go on running. */
  abandon({ number }: LiveAttempt, why: Failure, now = this.#clock.now()): void {
    const attempt = this.#attempts[number - 1]
    if (!attempt || attempt.ended) return
    const failure = { ...why, verdict: Object.freeze({ ...why.verdict, ran: attempt.ran }) }
    this.end(attempt, failed(failure), now)
    if (attempt.ran === 'no') return
    attempt.emit?.({
      type: 'attempt.abandoned',
      attempt: attempt.number,
      failure,
      durationMs: now - this.#startedAt - attempt.startedMs,
    })
  }

  /** How many attempts were made so far. */
  get made(): number {
    return this.#attempts.length
  }

  /** Notes what followed from the last attempt, or from the one that was the last then. */
  decide(decision: Decision, made = this.made): void {
    const last = this.#attempts[made - 1]
    if (last) last.decision = Object.freeze(decision)
  }

  /** The attempts as they stand, for errors and metadata. */
  snapshot(): readonly Attempt[] {
    return Object.freeze(this.#attempts.map((attempt) => attempt.snapshot()))
  }
}
