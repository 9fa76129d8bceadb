import type { Clock } from '../clock.js'
import { clamped, count, field, items } from './seeds.js'

const TENTHS = 10

/** In one tenth of a window, so that sums stay exact. */
const MOST_CALLS = 1e12

/** What ended in one tenth of a window's length. */
interface Tenth {
  /** Counted from when the window was made. */
  readonly number: number
  calls: number
  failures: number
  next: Tenth | undefined
}

/**
 * How many calls ended lately and how many of them failed, in a window that moves on a tenth at a time as the clock is read.
 *
 * It keeps the sums, and a chain of the tenths in which anything ended: a function that is seldom called holds next to
 * nothing, and a call costs the same however many there are.
 */
export class RollingCounts {
  readonly #clock: Clock
  readonly #tenthMs: number
  #beganAt: number
  #oldest: Tenth | undefined
  #newest: Tenth | undefined
  #calls = 0
  #failures = 0

  constructor(windowMs: number, clock: Clock) {
    this.#clock = clock
    this.#tenthMs = windowMs / TENTHS
    this.#beganAt = clock.now()
  }

  /** In the window as it was last turned. */
  get calls(): number {
    return this.#calls
  }

  get failures(): number {
    return this.#failures
  }

  /** Counts a call that has ended. */
  record(failed: boolean, now: number): void {
    const number = this.turn(now)
    const newest = this.#newest
    // A reading may be older than the one before: the window does not turn back for it.
    if (!newest || newest.number < number) return this.#add(number, 1, failed ? 1 : 0)
    newest.calls++
    this.#calls++
    if (!failed) return
    newest.failures++
    this.#failures++
  }

  /** Lets go of what has left the window; says which tenth it is now. */
  turn(now: number = this.#clock.now()): number {
    const number = Math.floor((now - this.#beganAt) / this.#tenthMs)
    while (this.#oldest && this.#oldest.number <= number - TENTHS) this.#drop(this.#oldest)
    return number
  }

  clear(): void {
    while (this.#oldest) this.#drop(this.#oldest)
  }

  /** The window, tenth by tenth, the newest first. */
  save(): unknown {
    const now = this.#clock.now()
    const newest = this.turn(now)
    const tenths = Array.from({ length: TENTHS }, () => [0, 0])
    for (let tenth = this.#oldest; tenth; tenth = tenth.next) {
      tenths[newest - tenth.number] = [tenth.calls, tenth.failures]
    }
    return { tenths, turnedMs: now - this.#beganAt - newest * this.#tenthMs }
  }

  /** Fills a new window as it was `ageMs` ago; what has left it since goes when it next turns. */
  restore(saved: unknown, ageMs: number): void {
    const tenths = items(field(saved, 'tenths'), TENTHS).toReversed()
    for (const [index, tenth] of tenths.entries()) {
      const [ended, failed] = items(tenth, 2)
      const calls = count(ended, MOST_CALLS)
      if (calls > 0) this.#add(index + 1 - tenths.length, calls, count(failed, calls))
    }
    const turnedMs = clamped(field(saved, 'turnedMs'), 0, this.#tenthMs) ?? 0
    this.#beganAt = this.#clock.now() - turnedMs - ageMs
  }

  #add(number: number, calls: number, failures: number): void {
    const tenth: Tenth = { number, calls, failures, next: undefined }
    if (this.#newest) this.#newest.next = tenth
    else this.#oldest = tenth
    this.#newest = tenth
    this.#calls += calls
    this.#failures += failures
  }

  #drop({ calls, failures, next }: Tenth): void {
    this.#oldest = next
    if (!next) this.#newest = undefined
    this.#calls -= calls
    this.#failures -= failures
  }
}
