import type { Clock } from '../clock.js'
import { LearnedLimit } from './learned-limit.js'

const SECOND_MS = 1_000
const SLOWEST_PER_SECOND = 1

/** The longest that one answer's hint stops all starts. */
const LONGEST_PAUSE_MS = 60_000

/** How far apart attempts begin: not at all, until their rate is throttled. */
export class Pace {
  readonly #clock: Clock
  readonly #quietMs: number
  /** Starts in a second. */
  #rate: LearnedLimit | undefined
  #nextAt = -Infinity
  /** When it was last throttled, or last held somebody up. */
  #heldAt = -Infinity
  /** Starts of the latest second, each counting less the longer it is ago. */
  #recent = 0
  #countedAt = 0

  constructor(clock: Clock, quietMs: number) {
    this.#clock = clock
    this.#quietMs = quietMs
  }

  /** Between two starts, in ms; 0 while there is no limit. */
  get intervalMs(): number {
    return this.#rate ? SECOND_MS / this.#rate.value : 0
  }

  /** Until the next start, in ms. */
  get delayMs(): number {
    return Math.max(0, this.#nextAt - this.#clock.now())
  }

  /** Whether an attempt may begin now. */
  free(): boolean {
    if (this.#nextAt <= this.#clock.now()) return true
    this.#heldAt = this.#clock.now()
    return false
  }

  /** Notes a start. */
  start(): void {
    const now = this.#clock.now()
    this.#recent = this.#perSecond + 1
    this.#countedAt = now
    if (!this.#rate) return
    if (now - this.#heldAt > this.#quietMs) this.#rate = undefined
    else this.#nextAt = Math.max(this.#nextAt, now) + this.intervalMs
  }

  /** An attempt got through. */
  accepted(): void {
    if (this.#nextAt > this.#clock.now()) this.#rate?.grow()
  }

  /** The rate was throttled in an attempt of that number; says whether it went down. */
  throttled(began: number, next: number, retryAfterMs = 0): boolean {
    const now = this.#clock.now()
    this.#heldAt = now
    this.#nextAt = Math.max(this.#nextAt, now + Math.min(retryAfterMs, LONGEST_PAUSE_MS))
    this.#rate ??= new LearnedLimit({ initial: Infinity, min: SLOWEST_PER_SECOND, max: Infinity })
    if (!this.#rate.shrink(began, this.#perSecond, next)) return false
    this.#nextAt = Math.max(this.#nextAt, now + this.intervalMs)
    return true
  }

  get #perSecond(): number {
    return this.#recent * Math.exp((this.#countedAt - this.#clock.now()) / SECOND_MS)
  }
}
