import { copyOf } from '../core/context.js'
import { formatMs } from '../core/duration.js'
import { policyOf, type Policy } from '../core/policy.js'
import { LimitEnd } from '../core/limit-end.js'
import { Scope } from '../core/scope.js'
import { failure } from '../failures/failure.js'

/** How long one attempt may take, in ms. */
export interface TimeoutSettings {
  readonly limitMs: number
}

/** Ends an attempt that takes too long: it is aborted, its socket freed, and the function may go on running. */
export function timeoutPolicy({ limitMs }: TimeoutSettings): Policy {
  return policyOf(function timeout(passage) {
    const { context } = passage
    const deadlineAt = passage.now + limitMs
    if (deadlineAt >= context.deadlineAt) return undefined
    const scope = new Scope(context.scope)
    const timer = context.clock.setTimer(limitMs, function expire() {
      const { attempt, history } = context
      const why = failure('AttemptTimedOut', `no answer within ${formatMs(limitMs)}`, {
        ran: attempt?.ran ?? 'maybe',
      })
      if (attempt) history.abandon(attempt, why)
      scope.cancel(why)
    })
    const inside = copyOf(context)
    inside.scope = scope
    inside.deadlineAt = deadlineAt
    passage.context = inside
    return new LimitEnd(scope, timer)
  })
}
