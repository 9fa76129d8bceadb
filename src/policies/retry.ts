import pRetry from 'p-retry'
import { LatencyCell } from '../core/cells/latency.js'
import { RetryBudget } from '../core/cells/retry-budget.js'
import type { Call, Context } from '../core/call.js'
import { formatMs } from '../core/duration.js'
import type { RefusalReason } from '../core/events.js'
import type { Failed, Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { sleep } from '../core/wait.js'
import type { Decision } from '../failures/attempt.js'
import { failure as failureOf, type Failure } from '../failures/failure.js'
import { refusalOf, waitBefore } from './retry-decision.js'
import type { RetrySettings } from './retry-settings.js'

/** Tells p-retry to go on. */
const AGAIN = new Error('another attempt')

const SPENT = failureOf('RetryBudgetSpent', 'the retry budget of the function is spent')

/** Where requests are turned away, the one that gets through takes another's place: it costs more, and brings nothing back. */
const THROTTLE_PRICE = 8

/** A programming error, kept from p-retry: it would turn what is no Error into one. */
interface Crash {
  readonly thrown: unknown
}

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
    shouldRetry: () => true,
    shouldConsumeRetry: () => true,
  }

  return (next) =>
    async function retry(call, context) {
      const { cells, clock } = context
      const { key } = call.subject
      const latency = cells.get(`latency ${key}`, () => new LatencyCell())
      const purse =
        budget === false
          ? undefined
          : cells.get(`budget ${key} ${budget}`, () => new RetryBudget(budget, clock))
      const inside = purse ? { ...context, budget: purse } : context
      let lastWaitMs = 0
      let paid = 0
      let lastRemote: Failed | undefined

      const end = await pRetry(async function countedAttempt(number) {
        const end = await attempt(number).catch(crash)
        if (!end) throw AGAIN
        return end
      }, counting)
      if ('thrown' in end) throw end.thrown
      return end

      /** Undefined asks for another one. */
      async function attempt(number: number): Promise<Outcome | undefined> {
        const startedAt = clock.now()
        const outcome = await next(call, inside)
        const { made } = context.history
        if (outcome.ok) {
          latency.record(clock.now() - startedAt)
          purse?.succeeded(paid)
          return outcome
        }
        if (context.scope.cancelled) return outcome
        if (lastRemote && isRefusal(outcome.failure)) {
          purse?.giveBack(paid)
          return refusedLocally(lastRemote, outcome, context)
        }
        lastRemote = outcome
        if (speaksAgainst(outcome.failure)) purse?.failed(startedAt)

        const decision = await decide(outcome.failure, number, call, context)
        context.history.decide(decision, made)
        if (decision.action === 'stop') return outcome
        lastWaitMs = decision.waitMs ?? 0
        if (!(await sleep(clock, context.scope, lastWaitMs))) return outcome
        return undefined
      }

      async function decide(
        failure: Failure,
        number: number,
        { idempotent }: Call,
        { emit }: Context,
      ): Promise<Decision> {
        const { elapsedMs } = context.history
        const args = { failure, attempt: number, idempotent, elapsedMs, remainingMs: remainingMs() }
        const refusal = await refusalOf(args, settings)
        if (context.scope.cancelled) return { action: 'stop', why: context.scope.cancelled.message }
        if (refusal) return refuse(refusal.reason, refusal.why)

        const waitMs = waitBefore(failure, number, lastWaitMs, settings, clock.random())
        const neededMs = waitMs + latency.leastMs
        if (neededMs >= remainingMs()) {
          const left = formatMs(Math.max(0, remainingMs()))
          return refuse(
            'deadline',
            `the wait of ${formatMs(waitMs)} and another attempt cannot end within the ${left} that remain`,
          )
        }
        const isThrottle = failure.verdict.kind === 'throttle'
        if (purse) {
          paid = purse.take(isThrottle ? THROTTLE_PRICE : 1)
          if (paid === 0) {
            emit?.({ type: 'budget.spent', tokens: purse.tokens })
            return { ...refuse('budget', SPENT.message), code: SPENT.code }
          }
          if (isThrottle) paid = 0
        }
        const why = `${failure.verdict.kind}: waiting ${formatMs(waitMs)}`
        emit?.({ type: 'retry.scheduled', attempt: number, waitMs, why, failure })
        return { action: 'retry', why, waitMs }

        function remainingMs(): number {
          return Math.min(context.deadlineAt, context.beginBy ?? Infinity) - clock.now()
        }

        function refuse(reason: RefusalReason, why: string): Decision {
          emit?.({ type: 'retry.refused', attempt: number, reason, why, failure })
          return { action: 'stop', why }
        }
      }
    }
}

function crash(thrown: unknown): Crash {
  return { thrown }
}

/** What says something of the function, and not of this request. */
function speaksAgainst({ verdict }: Failure): boolean {
  return verdict.breaker === 'failure' || verdict.kind === 'throttle'
}

function isRefusal({ verdict }: Failure): boolean {
  return verdict.kind === 'local' && verdict.ran === 'no'
}

/** A refusal of our own must not hide what went wrong at the function. */
function refusedLocally(remote: Failed, { failure: local }: Failed, { history }: Context): Failed {
  history.decide({ action: 'stop', why: local.message, code: local.code })
  const retryAfterMs = remote.failure.retryAfterMs ?? local.retryAfterMs
  return retryAfterMs === undefined ? remote : { ok: false, failure: { ...remote.failure, retryAfterMs } }
}
