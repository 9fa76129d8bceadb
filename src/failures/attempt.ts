import type { Ran, Verdict } from './verdict.js'

/** Why the call went on after an attempt, or stopped. */
export interface Decision {
  readonly action: 'retry' | 'stop'
  /** One clause, such as `throttled: waiting 1,250 ms` or `it may have run and the call is not idempotent`. */
  readonly why: string
  /** The code of the refusal, where it was one of our own: `CircuitOpen`, `BulkheadFull`, `ConcurrencyLimited`, `RetryBudgetSpent`. */
  readonly code?: string
  /** How long the call waited before the next attempt, in ms; only with `retry`. */
  readonly waitMs?: number
}

/** One request to Lambda: when it began, how it ended, and what followed from it. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number
  /** The target that was tried in place of the call's own; absent where it was its own. */
  readonly target?: string
  /** From the start of the call to the start of this attempt, in ms. */
  readonly startedMs: number
  /** Whether it was an extra one, beside an attempt that was slow. */
  readonly hedge?: true
  /** In ms; undefined while it is under way. */
  readonly durationMs?: number
  /** Whether the function can have run in this attempt, as far as is known by now. */
  readonly ran: Ran
  readonly requestId?: string
  /** The failure's code; absent when the attempt answered, and while it is under way. */
  readonly code?: string
  readonly verdict?: Verdict
  /** Absent after the attempt that answered. */
  readonly decision?: Decision
}
