import type { Clock } from '../clock.js'
import type { HedgeRefusalReason } from '../events.js'
import type { Cell } from './cells.js'

/** Tokens to begin with, so that a process may hedge a little before it has earned anything. */
const FIRST = 3
/** Enough for a few slow calls at once, and no store to feed a storm from. */
const CAPACITY = 5
const QUIET_AFTER_THROTTLE_MS = 5_000
/** A hedge in an ordinary environment seldom takes longer than this many times the delay before it. */
const ORDINARY_DELAYS = 2
const SLOW_IN_A_ROW = 3
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
const ROUNDING = 1e-9

/** Why a hedge is not sent. */
export interface HedgeRefusal {
  readonly reason: HedgeRefusalReason
  readonly why: string
}

/** How many extra attempts the hedges of one function may be: a share of its successes, few at a time, none in bad times. */
export class HedgeAllowance implements Cell {
  readonly #share: number
  readonly #clock: Clock
  #tokens = FIRST
  #calls = 0
  #hedges = 0
  #throttledUntil = -Infinity
  #slowInARow = 0
  #pausedUntil = -Infinity

  constructor(share: number, clock: Clock) {
    this.#share = share
    this.#clock = clock
  }

  /** A call begins that may need a hedge. */
  enter(): void {
    this.#calls++
  }

  /** Such a call has ended. */
  leave(): void {
    this.#calls--
  }

  earn(): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + this.#share)
  }

  /** Hedges would only make a throttle worse, so there are none for a while, and for as long as the service asked for. */
  throttled(retryAfterMs = 0): void {
    const quietMs = Math.max(QUIET_AFTER_THROTTLE_MS, retryAfterMs)
    this.#throttledUntil = Math.max(this.#throttledUntil, this.#clock.now() + quietMs)
  }

  /** Why there may be no hedge now, for a call with `own` hedges under way; undefined when there may. */
  refusal(own = 0): HedgeRefusal | undefined {
    const now = this.#clock.now()
    if (now < this.#throttledUntil) return { reason: 'throttled', why: 'the function was throttled lately' }
    if (now < this.#pausedUntil)
      return { reason: 'slow-hedges', why: `the last ${this.#slowInARow} hedges were slow themselves` }
    const others = this.#hedges - own
    if (others >= this.#mostAtOnce)
      return { reason: 'in-flight', why: `${others} hedges and ${this.#calls} calls are in flight` }
    if (this.#tokens < 1 - ROUNDING)
      return { reason: 'allowance', why: 'the successes so far have earned no further extra attempt' }
    return undefined
  }

  /** A hedge is sent; `end` must be called when it is over. */
  begin(): void {
    this.#tokens--
    this.#hedges++
  }

  /** A hedge that takes as long as what it should make up for meets the same: cold starts, or a function that is slow. */
  end(won: boolean, durationMs: number, delayMs: number): void {
    this.#hedges--
    if (durationMs <= ORDINARY_DELAYS * delayMs) {
      if (won) this.#slowInARow = 0
      return
    }
    const more = ++this.#slowInARow - SLOW_IN_A_ROW
    if (more < 0) return
    this.#pausedUntil = this.#clock.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** more)
  }

  idle(): boolean {
    const quietUntil = Math.max(this.#throttledUntil, this.#pausedUntil)
    return this.#calls === 0 && this.#tokens >= FIRST - ROUNDING && this.#clock.now() >= quietUntil
  }

  /** After slow ones, a single one tries whether it has become better. */
  get #mostAtOnce(): number {
    if (this.#slowInARow >= SLOW_IN_A_ROW) return 1
    return Math.max(1, Math.floor(this.#calls * this.#share))
  }
}
