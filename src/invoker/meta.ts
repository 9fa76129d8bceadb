import type { History } from '../core/history.js'
import type { Outcome } from '../core/outcome.js'
import type { CallMeta } from './fn.js'

/** What is known about a call that has ended, beside its value. */
export function metaOf(outcome: Outcome, history: History, attempts = history.snapshot()): CallMeta {
  const { elapsedMs: durationMs, queuedMs, fallback } = history
  if (outcome.ok) return { ...outcome.reply, attempts, durationMs, queuedMs, fallback }
  const { requestId, remote } = outcome.failure
  return {
    ...(requestId !== undefined && { requestId }),
    ...(remote?.executedVersion !== undefined && { executedVersion: remote.executedVersion }),
    ...(remote?.logTail !== undefined && { logTail: remote.logTail }),
    attempts,
    durationMs,
    queuedMs,
    fallback,
  }
}
