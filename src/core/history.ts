import type { Attempt, Decision } from '../failures/attempt.js'
import type { Failure } from '../failures/failure.js'
import { worse, type Ran, type Verdict } from '../failures/verdict.js'
import type { Clock } from './clock.js'
import type { Emit } from './events.js'
import { failed, type Outcome } from './outcome.js'

/** An attempt while it is being made; the transport keeps `ran` and `requestId` up to date as bytes go out and come in. */
export interface LiveAttempt {
  readonly number: number
  readonly target?: string
  readonly startedMs: number
  hedge?: true
  ran: Ran
  requestId?: string | undefined
  durationMs?: number
  code?: string
  verdict?: Verdict
  decision?: Decision
}

/** What sets an attempt apart, of the context that it is made in. */
interface Beginning {
  readonly target?: string | undefined
  readonly hedge?: true | undefined
  readonly emit?: Emit | undefined
}

/** The story of one call: its attempts, what was decided after each, how long it queued. */
export class History {
  readonly #attempts: LiveAttempt[] = []
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #emit: Emit | undefined
  /** Time spent waiting for a place in a bulkhead or an adaptive limit, in ms. */
  queuedMs = 0
  /** Whether a fallback gave the answer. */
  fallback = false
  /** What became of the dead letter; undefined where none was due. */
  deadLetter: 'sent' | 'failed' | undefined
  /** How attempts elsewhere tell their events. */
  #emitElsewhere: Map<number, Emit> | undefined
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
    return this.#attempts.some((attempt) => attempt.durationMs === undefined && attempt.ran !== 'no')
  }

  /**
   * Begins at `'maybe'`: only a transport that can see what it sends may say that nothing went out. An attempt at
   * another target names it, and tells its events as that target's.
   */
  begin({ target, hedge, emit }: Beginning = {}): LiveAttempt {
    const attempt: LiveAttempt = {
      number: this.#attempts.length + 1,
      ...(target !== undefined && { target }),
      startedMs: this.elapsedMs,
      ran: 'maybe',
    }
    if (hedge) attempt.hedge = hedge
    this.#attempts.push(attempt)
    if (target !== undefined && emit) (this.#emitElsewhere ??= new Map()).set(attempt.number, emit)
    this.#emitOf(attempt)?.({ type: 'attempt.started', attempt: attempt.number })
    return attempt
  }

  #emitOf({ number }: LiveAttempt): Emit | undefined {
    return this.#emitElsewhere?.get(number) ?? this.#emit
  }

  /** Ends an attempt once; what comes later was not waited for and changes nothing. */
  end(attempt: LiveAttempt, outcome: Outcome): void {
    if (attempt.durationMs !== undefined) return
    attempt.durationMs = this.elapsedMs - attempt.startedMs
    if (outcome.ok) {
      attempt.ran = 'yes'
      attempt.requestId ??= outcome.reply.requestId
    } else {
      attempt.code = outcome.failure.code
      attempt.verdict = outcome.failure.verdict
      attempt.ran = outcome.failure.verdict.ran
      attempt.requestId ??= outcome.failure.requestId
    }
    // What a transport still learns of it comes too late to be told.
    this.#attempts[attempt.number - 1] = { ...attempt }
    this.#emitOf(attempt)?.({
      type: 'attempt.ended',
      attempt: attempt.number,
      ok: outcome.ok,
      ran: attempt.ran,
      durationMs: attempt.durationMs,
      ...(attempt.requestId !== undefined && { requestId: attempt.requestId }),
      ...(!outcome.ok && { failure: outcome.failure }),
    })
  }

  /** Ends an attempt that somebody's time or patience ran out on; the function may go on running. */
  abandon(attempt: LiveAttempt, why: Failure): void {
    if (attempt.durationMs !== undefined) return
    const failure = { ...why, verdict: { ...why.verdict, ran: attempt.ran } }
    this.end(attempt, failed(failure))
    if (attempt.ran === 'no') return
    this.#emitOf(attempt)?.({
      type: 'attempt.abandoned',
      attempt: attempt.number,
      failure,
      durationMs: this.elapsedMs - attempt.startedMs,
    })
  }

  /** How many attempts were made so far. */
  get made(): number {
    return this.#attempts.length
  }

  /** Notes what followed from the last attempt, or from the one that was the last then. */
  decide(decision: Decision, made = this.made): void {
    const last = this.#attempts[made - 1]
    if (last) last.decision = decision
  }

  /** The attempts as they stand, for errors and metadata. */
  snapshot(): readonly Attempt[] {
    return Object.freeze(this.#attempts.map((attempt) => Object.freeze({ ...attempt }) as Attempt))
  }
}
