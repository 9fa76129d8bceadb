import type { ObservedScope } from './events.js'
import { failed, thrown } from './outcome.js'
import type { Next } from './policy.js'
import type { Around } from './emitter.js'

/** Writes each attempt into the call's history, and lets observers wrap it. Stands around the timeout and the transport. */
export function recordAttempts(next: Next, around: Around | undefined): Next {
  return async function attempt(call, context) {
    const { history, scope } = context
    // The call may have been stopped in the very moment in which a wait ended or a place came free.
    if (scope.cancelled) return failed(scope.cancelled)
    const record = history.begin(context)
    const forget = scope.onCancel((why) => history.abandon(record, why))
    try {
      const outcome = await run()
      history.end(record, outcome)
      return outcome
    } catch (error) {
      history.end(record, thrown(error, record.ran))
      throw error
    } finally {
      forget()
    }

    function run(): ReturnType<Next> {
      if (!around) return next(call, { ...context, attempt: record })
      const carrier: Record<string, string> = {}
      const observed: ObservedScope = {
        type: 'attempt',
        call: history.call,
        target: call.subject.name,
        attempt: record.number,
        carrier,
      }
      return around(observed, () => next(call, { ...context, attempt: record, carrier }))
    }
  }
}
