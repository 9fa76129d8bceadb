import pRetry from 'p-retry'
import { LatencyCell } from '../core/cells/latency.js'
import { TokenBucket } from '../core/cells/token-bucket.js'
import type { Call, Context } from '../core/call.js'
import { formatMs } from '../core/duration.js'
import type { Failed, Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { sleep } from '../core/wait.js'
import type { Decision } from '../failures/attempt.js'
import type { Failure } from '../failures/failure.js'
import { refusalOf, waitBefore } from './retry-decision.js'
import type { RetrySettings } from './retry-settings.js'

/** Tells p-retry to go on; anything else that is thrown is a programming error and ends the call. */
const AGAIN = new Error('another attempt')

/**
 * Repeats what failed where a repeat can help and can do no harm.
 *
 * p-retry counts the attempts. Whether to go on is decided by the verdict, the budget and the time that remains.
 */
export function retryPolicy(settings: RetrySettings): Policy {
  const { attempts, budget } = settings
  const counting = {
    retries: attempts - 1,
    factor: 1,
    minTimeout: 0,
    maxTimeout: 0,
    maxRetryTime: Infinity,
    randomize: false,
    unref: false,
    onFailedAttempt: () => {},
    shouldRetry: ({ error }: { error: Error }) => error === AGAIN,
    shouldConsumeRetry: () => true,
  }
  const budgetKey = budget ? `${budget.capacity}/${budget.perSuccess}/${budget.perSecond}` : ''

  return (next) =>
    function retry(call, context) {
      const { cells, clock } = context
      const { key } = call.subject
      const latency = cells.get(`latency ${key}`, () => new LatencyCell())
      const bucket = budget && cells.get(`budget ${key} ${budgetKey}`, () => new TokenBucket(budget, clock))
      let lastWaitMs = 0
      let lastRemote: Failed | undefined

      return pRetry(async function attempt(number): Promise<Outcome> {
        const startedAt = clock.now()
        const outcome = await next(call, context)
        if (outcome.ok) {
          latency.record(clock.now() - startedAt)
          if (bucket) bucket.earn()
          return outcome
        }
        if (context.scope.cancelled) return outcome
        if (lastRemote && outcome.failure.verdict.kind === 'local')
          return refusedLocally(lastRemote, outcome, context)
        lastRemote = outcome

        const decision = await decide(outcome.failure, number, call, context)
        context.history.decide(decision)
        if (decision.action === 'stop') return outcome
        lastWaitMs = decision.waitMs ?? 0
        if (!(await sleep(clock, context.scope, lastWaitMs))) return outcome
        throw AGAIN
      }, counting)

      async function decide(
        failure: Failure,
        number: number,
        { idempotent }: Call,
        { emit }: Context,
      ): Promise<Decision> {
        const remainingMs = context.deadlineAt - clock.now()
        const refusal = await refusalOf(
          { failure, attempt: number, idempotent, elapsedMs: context.history.elapsedMs, remainingMs },
          settings,
        )
        if (refusal) return refuse(refusal.why, refusal.mayHaveRun)

        const waitMs = waitBefore(failure, number, lastWaitMs, settings, clock.random())
        const neededMs = waitMs + latency.leastMs
        if (neededMs >= remainingMs) {
          return refuse(
            `the wait of ${formatMs(waitMs)} and another attempt cannot end within the ${formatMs(Math.max(0, remainingMs))} that remain`,
          )
        }
        if (bucket && !bucket.take(1)) {
          emit?.({ type: 'budget.spent', tokens: bucket.tokens })
          return refuse('the retry budget of the function is spent')
        }
        const why = `${failure.verdict.kind}: waiting ${formatMs(waitMs)}`
        emit?.({ type: 'retry.scheduled', attempt: number, waitMs, why, failure })
        return { action: 'retry', why, waitMs }

        function refuse(why: string, mayHaveRun = false): Decision {
          emit?.({ type: 'retry.refused', attempt: number, why, failure, mayHaveRun })
          return { action: 'stop', why }
        }
      }
    }
}

/** A refusal of our own must not hide what went wrong at the function. */
function refusedLocally(remote: Failed, { failure: local }: Failed, { history }: Context): Failed {
  history.decide({ action: 'stop', why: local.message })
  const retryAfterMs = remote.failure.retryAfterMs ?? local.retryAfterMs
  return retryAfterMs === undefined ? remote : { ok: false, failure: { ...remote.failure, retryAfterMs } }
}
