import type { Attempt, Decision } from '../failures/attempt.js'
import type { Failure } from '../failures/failure.js'
import type { Ran } from '../failures/verdict.js'
import type { Emit } from './events.js'
import type { Outcome } from './outcome.js'

/** An attempt while it is being made; the transport keeps `ran` and `requestId` up to date as bytes go out and come in. */
export interface LiveAttempt {
  readonly number: number
  readonly startedMs: number
  ran: Ran
  requestId?: string | undefined
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** What is written down of one attempt; what a transport still learns of it after its end comes too late to be told. */
export class AttemptRecord implements LiveAttempt {
  readonly number: number
  readonly startedMs: number
  readonly emit: Emit | undefined
  decision: Decision | undefined
  readonly #target: string | undefined
  readonly #hedge: true | undefined
  #ran: Ran = 'no'
  #requestId: string | undefined
  #durationMs: number | undefined
  #failure: Failure | undefined

  constructor(
    number: number,
    startedMs: number,
    emit: Emit | undefined,
    target: string | undefined,
    hedge: true | undefined,
  ) {
    this.number = number
    this.startedMs = startedMs
    this.emit = emit
    this.#target = target
    this.#hedge = hedge
  }

  get durationMs(): number | undefined {
    return this.#durationMs
  }

  get ended(): boolean {
    return this.#durationMs !== undefined
  }

  get ran(): Ran {
    return this.#ran
  }

  set ran(ran: Ran) {
    if (!this.ended) this.#ran = ran
  }

  get requestId(): string | undefined {
    return this.#requestId
  }

  set requestId(requestId: string | undefined) {
    if (!this.ended) this.#requestId = requestId
  }

  end(durationMs: number, outcome: Outcome): void {
    this.#ran = outcome.ok ? 'yes' : outcome.failure.verdict.ran
    this.#requestId ??= outcome.ok ? outcome.reply.requestId : outcome.failure.requestId
    if (!outcome.ok) this.#failure = outcome.failure
    this.#durationMs = durationMs
  }

  snapshot(): Attempt {
    // Field by field: spreads of what may be missing cost many times as much.
    const attempt: Writable<Attempt> = { number: this.number, startedMs: this.startedMs, ran: this.ran }
    if (this.#target !== undefined) attempt.target = this.#target
    if (this.#hedge) attempt.hedge = this.#hedge
    if (this.#requestId !== undefined) attempt.requestId = this.#requestId
    if (this.#durationMs !== undefined) attempt.durationMs = this.#durationMs
    if (this.#failure) {
      attempt.code = this.#failure.code
      attempt.verdict = this.#failure.verdict
    }
    if (this.decision) attempt.decision = this.decision
    return Object.freeze(attempt)
  }
}
