import { copyOf } from './context.js'
import type { Around } from './emitter.js'
import type { ObservedScope } from './events.js'
import { failed, thrown } from './outcome.js'
import { policyOf, type Policy } from './policy.js'

/** Writes each attempt into the call's history. Stands around the timeout and the transport. */
export const recordAttempts: Policy = policyOf(function recordAttempt(passage) {
  const { context } = passage
  const { history, scope } = context
  // The call may have been stopped in the very moment in which a wait ended or a place came free.
  if (scope.cancelled) return failed(scope.cancelled)
  const record = history.begin(context, passage.now)
  const inside = copyOf(context)
  inside.attempt = record
  passage.context = inside
  return (outcome, crashed) => {
    if (scope.cancelled) history.abandon(record, scope.cancelled, passage.now)
    else if (crashed && !outcome.ok)
      history.end(record, thrown(outcome.failure.cause, record.ran), passage.now)
    else history.end(record, outcome, passage.now)
  }
})

/** Lets observers wrap each attempt, with a carrier that travels. */
export function observeAttempts(around: Around): Policy {
  return (next) => (call, context) => {
    const { history, attempt } = context
    const carrier: Record<string, string> = {}
    const scope: ObservedScope = {
      type: 'attempt',
      call: history.call,
      target: call.subject.name,
      attempt: attempt?.number ?? history.made,
      carrier,
    }
    const inside = copyOf(context)
    inside.carrier = carrier
    return around(scope, () => next(call, inside))
  }
}
