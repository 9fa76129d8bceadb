import pRetry from 'p-retry'
import { LatencyCell } from '../core/cells/latency.js'
import { remembered } from '../core/cells/remembered.js'
import { RetryBudget } from '../core/cells/retry-budget.js'
import { copyOf } from '../core/context.js'
import type { Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { CallAttempts, type Memory } from './call-attempts.js'
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
    latency: cells.get(`latency ${key}`, () => new LatencyCell()),
    purse:
      budget === false
        ? undefined
        : cells.get(`budget ${key} ${budget}`, () => new RetryBudget(budget, clock)),
  }))

  return (next) =>
    async function retry(call, context) {
      const memory = memoryOf(call.subject, context)
      const inside = copyOf(context)
      if (memory.purse) inside.budget = memory.purse
      const callAttempts = new CallAttempts(next, call, inside, memory, settings)
      const end = (await callAttempts.make(1)) ?? (await pRetry(repeat, counting))
      if ('thrown' in end) throw end.thrown
      return end

      async function repeat(number: number): Promise<Outcome | Crash> {
        const end = await callAttempts.make(number + 1).catch(crash)
        if (!end) throw AGAIN
        return end
      }
    }
}

function crash(thrown: unknown): Crash {
  return { thrown }
}
