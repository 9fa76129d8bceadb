import { formatMs } from '../core/duration.js'
import type { Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { within } from '../core/wait.js'
import { failure } from '../failures/failure.js'

/** How long one attempt may take, in ms. */
export interface TimeoutSettings {
  readonly limitMs: number
}

/** Ends an attempt that takes too long: it is aborted, its socket freed, and the function may go on running. */
export function timeoutPolicy({ limitMs }: TimeoutSettings): Policy {
  return (next) =>
    async function timeout(call, context) {
      if (context.clock.now() + limitMs >= context.deadlineAt) return next(call, context)
      const scope = new Scope(context.scope)
      const timer = context.clock.setTimer(limitMs, function expire() {
        const { attempt, history } = context
        const why = failure('AttemptTimedOut', `no answer within ${formatMs(limitMs)}`, {
          ran: attempt?.ran ?? 'maybe',
        })
        if (attempt) history.abandon(attempt, why)
        scope.cancel(why)
      })
      try {
        const deadlineAt = context.clock.now() + limitMs
        return await within(scope, () => next(call, { ...context, scope, deadlineAt }))
      } finally {
        timer.cancel()
        scope.close()
      }
    }
}
