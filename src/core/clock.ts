import { TimerLine } from './timer-line.js'

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

/** Lengths that people set are few, and come again with each call; those that chance makes are not whole. */
const MOST_LINES = 64
const lines = new Map<number, TimerLine>()

/** The machine's own time and chance. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimer(ms, run, background = false) {
    const line = background ? undefined : lineOf(ms)
    return line ? line.add(run) : setOwnTimer(ms, run, background)
  },
  random: () => Math.random(),
}

function lineOf(ms: number): TimerLine | undefined {
  const known = lines.get(ms)
  if (known?.isCurrent) return known
  if (!Number.isInteger(ms) || ms > LONGEST_TIMEOUT_MS || (!known && lines.size >= MOST_LINES))
    return undefined
  const line = new TimerLine(ms, function idle() {
    if (lines.get(ms) === line) lines.delete(ms)
  })
  lines.set(ms, line)
  return line
}

function setOwnTimer(ms: number, run: () => void, background: boolean): Timer {
  let timeout = arm(ms)
  return { cancel: () => clearTimeout(timeout) }

  function arm(leftMs: number): NodeJS.Timeout {
    const armed =
      leftMs <= LONGEST_TIMEOUT_MS
        ? setTimeout(run, leftMs)
        : setTimeout(() => (timeout = arm(leftMs - LONGEST_TIMEOUT_MS)), LONGEST_TIMEOUT_MS)
    return background ? armed.unref() : armed
  }
}
