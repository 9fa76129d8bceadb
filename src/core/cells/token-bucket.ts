import type { Cell } from './cells.js'
import type { Clock } from '../clock.js'
import { clamped, field, type Seed } from './seeds.js'

/** What a bucket holds and what fills it. */
export interface TokenBucketSettings {
  readonly capacity: number
  /** Tokens earned by each success. */
  readonly perSuccess: number
  /** Tokens that time brings, so that a function with little traffic may still retry. */
  readonly perSecond: number
}

/** A store of permissions for extra load: taken by retries (and hedges), earned by successes and, slowly, by time. */
export class TokenBucket implements Cell {
  readonly #settings: TokenBucketSettings
  readonly #clock: Clock
  #tokens: number
  #filledAt: number

  constructor(settings: TokenBucketSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#tokens = settings.capacity
    this.#filledAt = clock.now()
  }

  get tokens(): number {
    const now = this.#clock.now()
    this.#tokens = this.#capped(this.#tokens + ((now - this.#filledAt) / 1_000) * this.#settings.perSecond)
    this.#filledAt = now
    return this.#tokens
  }

  /** Takes `cost` tokens, or none when there are fewer. */
  take(cost: number): boolean {
    if (this.tokens < cost) return false
    this.#tokens -= cost
    return true
  }

  earn(): void {
    this.#tokens = this.#capped(this.#tokens + this.#settings.perSuccess)
  }

  /** A full bucket is as good as a new one. */
  idle(): boolean {
    return this.tokens >= this.#settings.capacity
  }

  save(): unknown {
    return this.idle() ? undefined : { tokens: this.tokens }
  }

  /** Time fills it also while nobody has it. */
  restore({ saved, ageMs }: Seed): void {
    const { capacity } = this.#settings
    this.#tokens = clamped(field(saved, 'tokens'), 0, capacity) ?? capacity
    this.#filledAt = this.#clock.now() - ageMs
  }

  #capped(tokens: number): number {
    return Math.min(this.#settings.capacity, tokens)
  }
}
