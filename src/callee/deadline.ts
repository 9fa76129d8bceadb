import { FORWARDED } from '../core/forwarded.js'
import { wholeNumberIn, type CalleeContext } from './forwarded.js'

/** Until when somebody waits for this invocation. */
export interface Deadline {
  /** In ms since the epoch; `Infinity` where nobody set one. */
  readonly at: number
  /** What is left of it at this moment, in ms, never below 0. */
  readonly remainingMs: number
  /** Aborted at the deadline. */
  readonly signal: AbortSignal
  /** As `remainingMs`: a deadline can stand in for a Lambda context, as in `.deadline(deadlineOf(context))`. */
  getRemainingTimeInMillis(): number
}

/**
 * The longest that a request can wait for the start of a process: one that has been there for longer was started ahead.
 *
 * Source: Lambda developer guide, "Understanding the Lambda execution environment lifecycle": the init phase is limited
 * to 10 seconds.
 */
const LONGEST_START_MS = 10_000

/** Node turns a longer timeout into none at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const known = new WeakMap<object, Deadline>()

/**
 * Until when somebody waits for this invocation: the caller's deadline where it was forwarded, and never longer than the
 * function's own time limit. Call it first of all, since the caller's remaining time counts from then; for one context
 * it is always the same deadline. Whatever the client context holds, it throws nothing.
 *
 * Clocks that differ do not matter but for the first invocation of a process. The deadline is too late by the time that
 * the request was on its way: milliseconds, and for the first invocation also what came before the process itself, or
 * all of the start where the caller's clock is ahead of this one. It is too early only for the first invocation of a
 * process that was started less than 10 s ahead of it, and at most by what the caller's clock is behind.
 */
export function deadlineOf(context: CalleeContext | undefined): Deadline {
  const settled = context && known.get(context)
  if (settled) return settled
  const now = Date.now()
  const deadline = new Until(Math.min(callersEnd(context, now, startBefore()), ownEnd(context, now)))
  if (context) known.set(context, deadline)
  return deadline
}

/**
 * The remaining time alone would overlook a cold start, which takes seconds; the caller's clock alone would be wrong by
 * as much as that clock is. So the clock may only take away, and only the start that this process has seen itself.
 */
function callersEnd(context: CalleeContext | undefined, now: number, startMs: number): number {
  const remainingMs = wholeNumberIn(context, FORWARDED.remainingMs)
  if (remainingMs === undefined) return Infinity
  const sentAt = (wholeNumberIn(context, FORWARDED.deadline) ?? Infinity) - remainingMs
  return now + remainingMs - Math.min(Math.max(0, now - sentAt), startMs)
}

let isFirst = true

/** How long the start took that this invocation can have waited for, in ms: only the first can have. */
function startBefore(): number {
  const ms = isFirst ? process.uptime() * 1_000 : 0
  isFirst = false
  return ms <= LONGEST_START_MS ? ms : 0
}

function ownEnd(context: CalleeContext | undefined, now: number): number {
  try {
    const remainingMs = context?.getRemainingTimeInMillis?.()
    return Number.isFinite(remainingMs) ? now + Number(remainingMs) : Infinity
  } catch {
    return Infinity
  }
}

function signalIn(ms: number): AbortSignal {
  if (ms === Infinity) return new AbortController().signal
  if (ms === 0) return AbortSignal.abort(new DOMException('The deadline has passed.', 'TimeoutError'))
  return AbortSignal.timeout(Math.min(Math.ceil(ms), LONGEST_TIMER_MS))
}

class Until implements Deadline {
  readonly at: number
  #signal: AbortSignal | undefined

  constructor(at: number) {
    this.at = at
  }

  get remainingMs(): number {
    return Math.max(0, this.at - Date.now())
  }

  get signal(): AbortSignal {
    return (this.#signal ??= signalIn(this.remainingMs))
  }

  getRemainingTimeInMillis(): number {
    return this.remainingMs
  }
}
