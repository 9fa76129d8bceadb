import type { Context } from '../core/call.js'
import { copyOf } from '../core/context.js'
import { formatMs } from '../core/duration.js'
import { LimitEnd } from '../core/limit-end.js'
import { failed } from '../core/outcome.js'
import { policyOf, type Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { failure, type Failure } from '../failures/failure.js'

/** How long the whole call may take, in ms; a function is asked anew for each call. */
export interface DeadlineSettings {
  readonly limitMs: number | (() => number)
}

export const DEADLINE_DEFAULTS: DeadlineSettings = Object.freeze({ limitMs: 60_000 })

/**
 * Answers by the deadline whatever happens inside: waits, attempts and bodies are cancelled, and what ignores that is
 * let go.
 */
export function deadlinePolicy({ limitMs }: DeadlineSettings): Policy {
  return policyOf(function deadline(passage) {
    const { context } = passage
    const { clock } = context
    const allowedMs = typeof limitMs === 'function' ? limitMs() : limitMs
    // A reading of its own: the codec further in may take its time, which is no part of an attempt.
    const now = clock.now()
    const remainingMs = Math.min(allowedMs, context.deadlineAt - now)
    if (remainingMs <= 0) return failed(exceeded(context, allowedMs))
    const scope = new Scope(context.scope)
    const timer = clock.setTimer(remainingMs, () => scope.cancel(exceeded(context, allowedMs)))
    const inside = copyOf(context)
    inside.scope = scope
    inside.deadlineAt = now + remainingMs
    passage.context = inside
    return new LimitEnd(scope, timer)
  })
}

/** A deadline that cuts a running function speaks against its health; one that passes while waiting does not. */
function exceeded({ history }: Context, allowedMs: number): Failure {
  const message =
    allowedMs > 0
      ? `no answer within the deadline of ${formatMs(allowedMs)}`
      : 'no time was left to begin with'
  return failure('DeadlineExceeded', message, {
    ran: history.ran,
    breaker: history.mayBeRunning ? 'failure' : 'ignore',
  })
}
