import pRetry, { type Options } from 'p-retry'
import type { Call, Context } from '../core/call.js'
import { LatencyCell } from '../core/cells/latency.js'
import { remembered } from '../core/cells/remembered.js'
import { RetryBudget } from '../core/cells/retry-budget.js'
import { copyOf } from '../core/context.js'
import { Exit, type Passage } from '../core/guard.js'
import type { Failed, Outcome } from '../core/outcome.js'
import { policyBefore, type Next, type Policy } from '../core/policy.js'
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
  const counting: Options = {
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

  return policyBefore((inner) => {
    const rules = { inner, settings, counting }
    return function retry(passage) {
      const { call, context, now } = passage
      const memory = memoryOf(call.subject, context)
      const inside = copyOf(context)
      if (memory.purse) inside.budget = memory.purse
      passage.context = inside
      return new FirstAttempt(rules, inside, memory, now)
    }
  })
}

/** What all calls through one retry have in common. */
interface Rules {
  readonly inner: Next
  readonly settings: RetrySettings
  readonly counting: Options
}

/** Sees out the attempt that most calls end with, and makes those after it where they do not. */
class FirstAttempt extends Exit {
  readonly #rules: Rules
  readonly #context: Context
  readonly #memory: Memory
  readonly #startedAt: number

  constructor(rules: Rules, context: Context, memory: Memory, startedAt: number) {
    super()
    this.#rules = rules
    this.#context = context
    this.#memory = memory
    this.#startedAt = startedAt
  }

  leave(outcome: Outcome, { crashed, call, now }: Passage): Outcome | Promise<Outcome> | undefined {
    if (crashed) return undefined
    if (!outcome.ok) return this.#failed(outcome, call)
    this.#memory.latency.record(now - this.#startedAt)
    this.#memory.purse?.succeeded(0)
    return undefined
  }

  #failed(outcome: Failed, call: Call): Outcome | Promise<Outcome> {
    const { inner, settings, counting } = this.#rules
    const repeats = new Repeats(inner, call, this.#context, this.#memory, settings)
    const judged = repeats.judge(outcome, 1, this.#startedAt)
    return judged instanceof Promise ? repeat(judged, repeats, counting) : judged
  }
}

async function repeat(
  judging: Promise<Outcome | undefined>,
  repeats: Repeats,
  counting: Options,
): Promise<Outcome> {
  const end = await judging
  if (end) return end
  const last = await pRetry(async function countedAttempt(number) {
    const end = await repeats.another(number + 1).catch(crash)
    if (!end) throw AGAIN
    return end
  }, counting)
  if ('thrown' in last) throw last.thrown
  return last
}

function crash(thrown: unknown): Crash {
  return { thrown }
}
