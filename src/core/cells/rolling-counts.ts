import { clamped, count, field, items } from './seeds.js'

const TENTHS = 10

/** In one tenth of a window, so that sums stay exact. */
const MOST_CALLS = 1e12

/** Calls that ended, and how many of them failed. */
export interface Counts {
  readonly calls: number
  readonly failures: number
}

/** What ended in one tenth of a window's length. */
interface Tenth {
  /** Counted from when the window was made. */
  readonly number: number
  calls: number
  failures: number
  older: Tenth | undefined
}

/**
 * How many calls ended lately and how many of them failed, in a window that moves on a tenth at a time.
 *
 * It is a chain of the tenths in which anything ended. So there are few of them at any time, and fewest where a function is
 * seldom called; and nothing has to be done when one has left the window, since whoever reads the counts reads the clock.
 */
export class RollingCounts {
  readonly #tenthMs: number
  #beganAt: number
  #newest: Tenth | undefined

  constructor(windowMs: number, now: number) {
    this.#tenthMs = windowMs / TENTHS
    this.#beganAt = now
  }

  /** Counts a call that has ended. */
  record(failed: boolean, now: number): void {
    const number = this.#numberAt(now)
    let newest = this.#newest
    // A reading may be older than the one before: the window does not turn back for it.
    if (!newest || newest.number < number) {
      newest = this.#newest = { number, calls: 0, failures: 0, older: newest }
      this.#forget(number - TENTHS)
    }
    newest.calls++
    if (failed) newest.failures++
  }

  /** What is in the window now. */
  at(now: number): Counts {
    const gone = this.#numberAt(now) - TENTHS
    let calls = 0
    let failures = 0
    for (let tenth = this.#newest; tenth && tenth.number > gone; tenth = tenth.older) {
      calls += tenth.calls
      failures += tenth.failures
    }
    return { calls, failures }
  }

  clear(): void {
    this.#newest = undefined
  }

  /** The window, tenth by tenth, the newest first. */
  save(now: number): unknown {
    const number = this.#numberAt(now)
    const tenths = Array.from({ length: TENTHS }, () => [0, 0])
    for (let tenth = this.#newest; tenth && tenth.number > number - TENTHS; tenth = tenth.older) {
      tenths[number - tenth.number] = [tenth.calls, tenth.failures]
    }
    return { tenths, turnedMs: now - this.#beganAt - number * this.#tenthMs }
  }

  /** Fills a new window as it was then. */
  restore(saved: unknown, savedAt: number): void {
    const tenths = items(field(saved, 'tenths'), TENTHS).toReversed()
    for (const [index, tenth] of tenths.entries()) {
      const [ended, failed] = items(tenth, 2)
      const calls = count(ended, MOST_CALLS)
      if (calls === 0) continue
      const number = index + 1 - tenths.length
      this.#newest = { number, calls, failures: count(failed, calls), older: this.#newest }
    }
    this.#beganAt = savedAt - (clamped(field(saved, 'turnedMs'), 0, this.#tenthMs) ?? 0)
  }

  #numberAt(now: number): number {
    return Math.floor((now - this.#beganAt) / this.#tenthMs)
  }

  /** Lets go of the tenths up to that one. */
  #forget(gone: number): void {
    for (let tenth = this.#newest; tenth; tenth = tenth.older)
      if (tenth.older && tenth.older.number <= gone) tenth.older = undefined
  }
}
