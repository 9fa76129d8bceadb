/** A timer that has been set and can be taken back. */
export interface Timer {
  cancel(): void
}

/** Where all time and chance come from, so that tests can rule both. */
export interface Clock {
  /** Monotonic time in ms, for durations and deadlines. */
  now(): number
  /** Wall-clock time in ms since the epoch, for dates that a server sends. */
  date(): number
  /** Runs `run` once after `ms`; in the background, a timer does not keep the process alive. */
  setTimer(ms: number, run: () => void, background?: boolean): Timer
  /** A number in [0, 1). */
  random(): number
}

// Node turns a longer timeout into 1 ms.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** The machine's own time and chance. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer: (ms, run, background = false) => new SystemTimer(ms, run, background),
  random: () => Math.random(),
}

class SystemTimer implements Timer {
  #timeout: NodeJS.Timeout | undefined

  constructor(ms: number, run: () => void, background: boolean) {
    this.#arm(ms, run, background)
  }

  #arm(ms: number, run: () => void, background: boolean): void {
    this.#timeout = ms <= LONGEST_TIMEOUT_MS ? setTimeout(run, ms) : this.#armFirst(ms, run, background)
    if (background) this.#timeout.unref()
  }

  /** Apart, since a function that makes a closure pays for it in all its calls. */
  #armFirst(ms: number, run: () => void, background: boolean): NodeJS.Timeout {
    return setTimeout(() => this.#arm(ms - LONGEST_TIMEOUT_MS, run, background), LONGEST_TIMEOUT_MS)
  }

  cancel(): void {
    clearTimeout(this.#timeout)
  }
}
