import type { Policy } from '../core/policy.js'

/** Tells of what the function has logged in each attempt, where the call asks for its log. */
export function functionLog(tell: (log: string) => void): Policy {
  return (next) =>
    async function toldOfLog(call, context) {
      const outcome = await next(call, context)
      const log = outcome.ok ? outcome.reply.logTail : outcome.failure.remote?.logTail
      if (log !== undefined) tell(log)
      return outcome
    }
}
