import type { LatencyCell } from '../core/cells/latency.js'
import type { RetryBudget } from '../core/cells/retry-budget.js'
import type { Call, Context } from '../core/call.js'
import { formatMs } from '../core/duration.js'
import type { RefusalReason } from '../core/events.js'
import type { Failed, Outcome } from '../core/outcome.js'
import type { Next } from '../core/policy.js'
import { sleep } from '../core/wait.js'
import type { Decision } from '../failures/attempt.js'
import { failure as failureOf, type Failure } from '../failures/failure.js'
import { refusalOf, waitBefore, type Refusal } from './retry-decision.js'
import type { RetryArguments, RetrySettings } from './retry-settings.js'

const SPENT = failureOf('RetryBudgetSpent', 'the retry budget of the function is spent')

/** Where requests are turned away, the one that gets through takes another's place: it costs more, and brings nothing back. */
const THROTTLE_PRICE = 8

/** What the calls of one function know of each other. */
export interface Memory {
  readonly latency: LatencyCell
  readonly purse: RetryBudget | undefined
}

/** The attempts of one call from its first failure on: makes them, pays for them, and decides after each whether another follows. */
export class Repeats {
  readonly #next: Next
  readonly #call: Call
  readonly #context: Context
  readonly #memory: Memory
  readonly #settings: RetrySettings
  #lastWaitMs = 0
  /** For the attempt under way, to be given back if it succeeds. */
  #paid = 0
  #lastRemote: Failed | undefined

  constructor(next: Next, call: Call, context: Context, memory: Memory, settings: RetrySettings) {
    this.#next = next
    this.#call = call
    this.#context = context
    this.#memory = memory
    this.#settings = settings
  }

  /** The end of the next one; undefined where still another follows. */
  async another(number: number): Promise<Outcome | undefined> {
    const { clock } = this.#context
    const { latency, purse } = this.#memory
    const startedAt = clock.now()
    const outcome = await this.#next(this.#call, this.#context)
    if (!outcome.ok) return this.judge(outcome, number, startedAt)
    latency.record(clock.now() - startedAt)
    purse?.succeeded(this.#paid)
    return outcome
  }

  /**
   * What the call ends with after this failure, at once where nothing needs to be waited for; undefined, once it has been
   * waited for, where another attempt follows.
   */
  judge(outcome: Failed, number: number, startedAt: number): Outcome | Promise<Outcome | undefined> {
    const { scope, history } = this.#context
    const { purse } = this.#memory
    if (scope.cancelled) return outcome
    if (this.#lastRemote && isRefusal(outcome.failure)) {
      purse?.giveBack(this.#paid)
      return refusedLocally(this.#lastRemote, outcome, this.#context)
    }
    this.#lastRemote = outcome
    if (speaksAgainst(outcome.failure)) purse?.failed(startedAt)

    const { made } = history
    const refusal = refusalOf(this.#argumentsFor(outcome.failure, number), this.#settings)
    return refusal instanceof Promise
      ? refusal.then((late) => this.#follow(outcome, number, made, late))
      : this.#follow(outcome, number, made, refusal)
  }

  #argumentsFor(failure: Failure, attempt: number): RetryArguments {
    const { elapsedMs } = this.#context.history
    return { failure, attempt, idempotent: this.#call.idempotent, elapsedMs, remainingMs: this.#remainingMs }
  }

  /** Does what has been decided. */
  #follow(
    outcome: Failed,
    number: number,
    made: number,
    refusal: Refusal | undefined,
  ): Outcome | Promise<Outcome | undefined> {
    const { scope, history, clock } = this.#context
    const decision = this.#decide(outcome.failure, number, refusal)
    history.decide(decision, made)
    if (decision.action === 'stop') return outcome
    this.#lastWaitMs = decision.waitMs ?? 0
    return sleep(clock, scope, this.#lastWaitMs).then((rested) => (rested ? undefined : outcome))
  }

  #decide(failure: Failure, number: number, refusal: Refusal | undefined): Decision {
    const { clock, emit, scope } = this.#context
    if (scope.cancelled) return { action: 'stop', why: scope.cancelled.message }
    if (refusal) return this.#refuse(failure, number, refusal.reason, refusal.why)

    const waitMs = waitBefore(failure, number, this.#lastWaitMs, this.#settings, clock.random())
    if (waitMs + this.#memory.latency.leastMs >= this.#remainingMs) {
      const left = formatMs(Math.max(0, this.#remainingMs))
      const why = `the wait of ${formatMs(waitMs)} and another attempt cannot end within the ${left} that remain`
      return this.#refuse(failure, number, 'deadline', why)
    }
    const spent = this.#pay(failure)
    if (spent) {
      emit?.({ type: 'budget.spent', tokens: spent.tokens })
      return { ...this.#refuse(failure, number, 'budget', SPENT.message), code: SPENT.code }
    }
    const why = `${failure.verdict.kind}: waiting ${formatMs(waitMs)}`
    emit?.({ type: 'retry.scheduled', attempt: number, waitMs, why, failure })
    return { action: 'retry', why, waitMs }
  }

  /** The budget, where it has not enough for another attempt. */
  #pay({ verdict }: Failure): RetryBudget | undefined {
    const { purse } = this.#memory
    if (!purse) return undefined
    const isThrottle = verdict.kind === 'throttle'
    const paid = purse.take(isThrottle ? THROTTLE_PRICE : 1)
    this.#paid = isThrottle ? 0 : paid
    return paid === 0 ? purse : undefined
  }

  get #remainingMs(): number {
    const { clock, deadlineAt, beginBy = Infinity } = this.#context
    return Math.min(deadlineAt, beginBy) - clock.now()
  }

  #refuse(failure: Failure, number: number, reason: RefusalReason, why: string): Decision {
    this.#context.emit?.({ type: 'retry.refused', attempt: number, reason, why, failure })
    return { action: 'stop', why }
  }
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
