import type { Clock } from '../clock.js'
import type { Cell } from './cells.js'
import { FailuresInARow } from './failures-in-a-row.js'
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
  /** From the first failure on. */
  #inARow: FailuresInARow | undefined

  constructor(perSuccess: number, clock: Clock) {
    this.#perSuccess = perSuccess
    this.#clock = clock
    this.#filledAt = clock.now()
  }

  get tokens(): number {
    this.#fill()
    return this.#tokens
  }

  /** Pays for one more attempt, so many times the price; says what was paid, 0 when there is not enough. A full one always pays for one. */
  take(times = 1): number {
    const { tokens } = this
    const price = Math.min(
      CAPACITY,
      times * GROWTH ** Math.max(0, Math.min(MOST_IN_A_ROW, this.#failuresInARow) - 1),
    )
    if (tokens < price) return 0
    this.#tokens -= price
    return price
  }

  /** Pays for an attempt beside one that is under way, which is no sign of trouble: the price is one. */
  takeOne(): boolean {
    if (this.tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  giveBack(paid: number): void {
    if (this.#tokens === CAPACITY) return
    this.#tokens = Math.min(CAPACITY, this.#tokens + paid)
    // One that has become full is as good as a new one.
    if (this.#tokens === CAPACITY) this.#inARow?.reset()
  }

  /** An attempt succeeded; `paid` is what was paid for it and is given back. */
  succeeded(paid: number): void {
    this.#inARow?.reset()
    this.giveBack(this.#perSuccess + paid)
  }

  /** An attempt failed that began then. */
  failed(beganAt: number): void {
    // Before it counts: if time has made it full, this is the first.
    this.#fill()
    this.#inARow ??= new FailuresInARow()
    this.#inARow.failed(beganAt, this.#clock.now())
  }

  get #failuresInARow(): number {
    return this.#inARow?.count ?? 0
  }

  #fill(): void {
    const now = this.#clock.now()
    const earned = ((now - this.#filledAt) / 1_000) * PER_SECOND
    this.#filledAt = now
    this.giveBack(earned)
  }

  idle(): boolean {
    return this.tokens >= CAPACITY
  }

  save(): unknown {
    return this.idle() ? undefined : { tokens: this.tokens, failuresInARow: this.#failuresInARow }
  }

  /** Time fills it also while nobody has it. */
  restore({ saved, ageMs }: Seed): void {
    this.#tokens = clamped(field(saved, 'tokens'), 0, CAPACITY) ?? CAPACITY
    this.#inARow = new FailuresInARow(count(field(saved, 'failuresInARow'), MOST_IN_A_ROW))
    this.#filledAt = this.#clock.now() - ageMs
  }
}
