import { parseDuration, type Duration } from '../core/duration.js'
import { InvalidSettingError } from '../core/settings.js'
import type { Clock, Timer } from '../core/clock.js'

/** What a fake clock starts with. */
export interface FakeClockOptions {
  /** The same seed gives the same jitter. @defaultValue 1 */
  readonly seed?: number
  /** The wall-clock time at the start, in ms since the epoch. @defaultValue 2026-01-01T00:00:00Z */
  readonly date?: number
}

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Lets time pass: timers due on the way run at their own time, and what they set off settles before the next. @throws {InvalidSettingError} */
  advance(by: Duration): Promise<void>
  /** Goes from timer to timer until `promise` has settled, and settles as it does. @throws {Error} when nothing is left that could settle it */
  runUntil<T>(promise: Promise<T>): Promise<T>
  /** Timers that are set. */
  readonly pending: number
}

interface Due extends Timer {
  readonly at: number
  readonly run: () => void
}

/** A clock for tests: time passes only when it is told to, and chance comes from a seed. */
export function fakeClock({ seed = 1, date = Date.UTC(2026, 0, 1) }: FakeClockOptions = {}): FakeClock {
  const timers = new Set<Due>()
  const random = seededRandom(seed)
  let now = 0

  function nextDue(): Due | undefined {
    let next: Due | undefined
    for (const timer of timers) if (!next || timer.at < next.at) next = timer
    return next
  }

  async function fire(timer: Due): Promise<void> {
    timers.delete(timer)
    now = Math.max(now, timer.at)
    timer.run()
    await settle()
  }

  return {
    now: () => now,
    date: () => date + now,
    random,
    setTimer(ms, run) {
      const timer: Due = { at: now + ms, run, cancel: () => timers.delete(timer) }
      timers.add(timer)
      return timer
    },
    get pending() {
      return timers.size
    },
    async advance(by) {
      const ms = parseDuration(by)
      if (ms === undefined) throw new InvalidSettingError('advance', by, "a duration, such as 250 or '2s'")
      const until = now + ms
      await settle()
      for (let due = nextDue(); due && due.at <= until; due = nextDue()) await fire(due)
      // What a timer set off may have advanced it further.
      now = Math.max(now, until)
    },
    async runUntil(promise) {
      const state = { settled: false }
      const done = (): void => void (state.settled = true)
      promise.then(done, done)
      await settle()
      while (!state.settled) {
        const due = nextDue()
        if (!due) throw new Error('The promise has not settled, and no timer is left that could settle it.')
        await fire(due)
      }
      return promise
    },
  }
}

/** Everything that promises have queued runs before the event loop goes on to its next phase. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** mulberry32: small, seeded, and even enough for jitter. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
