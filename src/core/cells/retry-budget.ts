import type { Clock } from '../clock.js'
import type { Cell } from './cells.js'
import { clamped, count, field, type Seed } from './seeds.js'

/** Four retries in a row that fail, and no fifth: what it takes to tell an outage from bad luck. */
const CAPACITY = 25
/** What time brings in a second, so that a function with little traffic may still retry a little. */
const PER_SECOND = 0.2
const GROWTH = 2
/** Beyond this the price is the whole budget in any case. */
const MOST_IN_A_ROW = 10

/**
 * What may be spent on attempts beyond the first, learned from what they bring: one that succeeds gets its price back,
 * one that fails does not, and each failure in a row doubles the price.
 *
 * An outage fails in a row and is found out after a few retries; a brownout, in which most attempts succeed, has nearly
 * all of its failures repeated.
 */
export class RetryBudget implements Cell {
  readonly #perSuccess: number
  readonly #clock: Clock
  #tokens = CAPACITY
  #filledAt: number
  #failuresInARow = 0

  constructor(perSuccess: number, clock: Clock) {
    this.#perSuccess = perSuccess
    this.#clock = clock
    this.#filledAt = clock.now()
  }

  get tokens(): number {
    const now = this.#clock.now()
    const earned = ((now - this.#filledAt) / 1_000) * PER_SECOND
    this.#filledAt = now
    return (this.#tokens = Math.min(CAPACITY, this.#tokens + earned))
  }

  /** Pays for one more attempt, so many times the price; says what was paid, 0 when there is not enough. */
  take(times = 1): number {
    const price = this.#price(this.#failuresInARow, times)
    if (this.tokens < price) return 0
    this.#tokens -= price
    return price
  }

  /** Whether there would be enough for a retry, if the attempt under way failed. */
  get lastsForAnother(): boolean {
    return this.tokens >= this.#price(this.#failuresInARow + 1)
  }

  /** An attempt succeeded; `paid` is what was paid for it and is given back. */
  succeeded(paid = 0): void {
    this.#failuresInARow = 0
    this.#tokens = Math.min(CAPACITY, this.tokens + this.#perSuccess + paid)
  }

  failed(): void {
    this.#failuresInARow = Math.min(MOST_IN_A_ROW, this.#failuresInARow + 1)
  }

  /** A full one is as good as a new one. */
  idle(): boolean {
    return this.tokens >= CAPACITY
  }

  save(): unknown {
    return this.idle() ? undefined : { tokens: this.tokens, failuresInARow: this.#failuresInARow }
  }

  /** Time fills it also while nobody has it. */
  restore({ saved, ageMs }: Seed): void {
    this.#tokens = clamped(field(saved, 'tokens'), 0, CAPACITY) ?? CAPACITY
    this.#failuresInARow = count(field(saved, 'failuresInARow'), MOST_IN_A_ROW)
    this.#filledAt = this.#clock.now() - ageMs
  }

  /** A full budget always pays for one. */
  #price(failuresInARow: number, times = 1): number {
    return Math.min(CAPACITY, times * GROWTH ** Math.max(0, failuresInARow - 1))
  }
}
