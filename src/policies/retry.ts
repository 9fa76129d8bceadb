import pRetry from 'p-retry'
import { LatencyCell } from '../core/cells/latency.js'
import { remembered } from '../core/cells/remembered.js'
import { RetryBudget } from '../core/cells/retry-budget.js'
import { copyOf } from '../core/context.js'
import type { Failed, Outcome } from '../core/outcome.js'
import { policyBefore, type Policy } from '../core/policy.js'
import { Repeats, type Memory } from './repeats.js'
import type { RetrySettings } from './retry-settings.js'

/** Tells p-retry to go on. */
const AGAIN = new Error('another attempt')

/** A programming error, kept from p-retry: it would turn what is no Error into one. */
interface Crash {
  readonly thrown: unknown
}

/**
 * Repeats what failed where a repeat can help and can do no harm.
 *
 * p-retry counts the attempts after the first, which most calls do not need. Whether to go on is decided by the verdict,
 * the budget and the time that remains.
 */
export function retryPolicy(settings: RetrySettings): Policy {
  const { attempts, budget } = settings
  const counting = {
    retries: Math.max(0, attempts - 2),
    factor: 1,
    minTimeout: 0,
    maxTimeout: 0,
    maxRetryTime: Infinity,
    randomize: false,
    unref: false,
    onFailedAttempt: () => {},
    shouldRetry: () => true,
    shouldConsumeRetry: () => true,
  }
  const memoryOf = remembered<Memory>(({ key }, { cells, clock }) => ({
    latency: cells.get('latency', key, () => new LatencyCell()),
    purse:
      budget === false ? undefined : cells.get(`budget:${budget}`, key, () => new RetryBudget(budget, clock)),
  }))

  return policyBefore(
    (inner) =>
      function retry(passage) {
        const { call, context, now: startedAt } = passage
        const memory = memoryOf(call.subject, context)
        const inside = copyOf(context)
        if (memory.purse) inside.budget = memory.purse
        passage.context = inside
        return (outcome, crashed) => {
          if (crashed) return undefined
          if (!outcome.ok)
            return repeat(outcome, startedAt, new Repeats(inner, call, inside, memory, settings))
          memory.latency.record(passage.now - startedAt)
          memory.purse?.succeeded(0)
          return undefined
        }
      },
  )

  async function repeat(first: Failed, startedAt: number, repeats: Repeats): Promise<Outcome> {
    const end = await repeats.judge(first, 1, startedAt)
    if (end) return end
    const last = await pRetry(async function countedAttempt(number) {
      const end = await repeats.another(number + 1).catch(crash)
      if (!end) throw AGAIN
      return end
    }, counting)
    if ('thrown' in last) throw last.thrown
    return last
  }
}

function crash(thrown: unknown): Crash {
  return { thrown }
}
