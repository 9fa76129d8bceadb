import type { Call, Context } from '../core/call.js'
import { formatMs, type Duration } from '../core/duration.js'
import { errorOf } from '../core/error-of.js'
import type { History } from '../core/history.js'
import { answered, failed, thrown, type Failed, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { repeatsElsewhere } from '../core/repeats-elsewhere.js'
import { duration, listOf, oneOf, shape } from '../core/settings.js'
import { Scope } from '../core/scope.js'
import { within } from '../core/wait.js'
import { isInvokeError, type InvokeError } from '../failures/error.js'
import { failure, type Failure } from '../failures/failure.js'
import { FAILURE_KINDS, worse, type FailureKind } from '../failures/verdict.js'

/** What a fallback function may look at. */
export interface FallbackArguments {
  readonly error: InvokeError
  readonly payload: unknown
  /** Aborted when the fallback's own time is over, or the caller gives up. */
  readonly signal: AbortSignal
}

/** What answers when the call cannot, for which kinds of failure, and within what time, in ms. */
export interface FallbackSettings {
  readonly answer: (args: FallbackArguments) => unknown
  /** Whether it runs the payload again elsewhere, so that it needs an idempotent call wherever the first may have run. */
  readonly repeats: boolean
  readonly kinds: readonly FailureKind[]
  readonly limitMs: number
}

/** What `.fallback()` takes beside the answer. */
export interface FallbackOptions {
  /** The kinds of failure it answers for. @defaultValue all but `request`, `permission` and `config` */
  readonly kinds?: readonly FailureKind[]
  /** The longest it may take, outside of the call's deadline. @defaultValue '1s'; '5s' for another function */
  readonly limit?: Duration
}

/** Not `request`, `permission` and `config`: those are mistakes, and a fallback would only hide them. */
export const FALLBACK_DEFAULTS: Pick<FallbackSettings, 'kinds' | 'limitMs'> = Object.freeze({
  kinds: Object.freeze(['throttle', 'transient', 'starting', 'function', 'response', 'local'] as const),
  limitMs: 1_000,
})

const options = shape({ kinds: listOf(oneOf(...FAILURE_KINDS)), limit: duration(1) })

/** Fallback settings from a user's options. @throws {InvalidSettingError} */
export function parseFallback(
  given: unknown,
  path: string,
  base: Pick<FallbackSettings, 'kinds' | 'limitMs'> = FALLBACK_DEFAULTS,
): Pick<FallbackSettings, 'kinds' | 'limitMs'> {
  return { ...base, ...options(given, path) }
}

/** Answers in place of a call that failed; what the caller cancelled is not answered for. */
export function fallbackPolicy(settings: FallbackSettings): Policy {
  const { kinds, limitMs, repeats } = settings
  return (next) =>
    async function fallback(call, context) {
      const outcome = await next(call, context)
      if (outcome.ok || context.scope.cancelled || !kinds.includes(outcome.failure.verdict.kind))
        return outcome
      if (repeats && !repeatsElsewhere(call) && context.history.ran !== 'no') return outcome

      // Until it says that it has not run, nobody can tell.
      if (repeats) context.history.ranElsewhere = 'maybe'
      const startedAt = context.clock.now()
      const scope = new Scope(context.scope)
      const timer = context.clock.setTimer(limitMs, () =>
        scope.cancel(failure('DeadlineExceeded', `the fallback gave no answer within ${formatMs(limitMs)}`)),
      )
      const replacement = await within(scope, () => replace(outcome, call, context, scope))
      timer.cancel()
      scope.close()
      context.history.fallback = replacement.ok
      context.emit?.({
        type: 'fallback.used',
        failure: outcome.failure,
        ok: replacement.ok,
        durationMs: context.clock.now() - startedAt,
        ...(!replacement.ok && { error: replacement.failure }),
      })
      return replacement.ok ? replacement : alsoFailed(outcome.failure, replacement.failure, context.history)
    }

  async function replace(outcome: Failed, call: Call, context: Context, scope: Scope): Promise<Outcome> {
    try {
      return answered(await settings.answer(argumentsFor(outcome, call, context, scope)))
    } catch (error) {
      if (isInvokeError(error) && !error.mayHaveRun) context.history.ranElsewhere = 'no'
      return thrown(error)
    }
  }
}

/** Error and signal are made for those who look at them: in an outage there are many calls, and most fallbacks are a value. */
function argumentsFor(
  { failure }: Failed,
  { subject, payload }: Call,
  { history }: Context,
  scope: Scope,
): FallbackArguments {
  const { elapsedMs } = history
  let error: InvokeError | undefined
  return {
    payload,
    get error() {
      return (error ??= errorOf(failure, subject.name, history, elapsedMs))
    },
    get signal() {
      return scope.signal
    },
  }
}

/** The call's own failure stays the answer; what became of the fallback is told with it. */
export function alsoFailed(original: Failure, second: Failure, { ranElsewhere }: History): Failed {
  const message = `${original.message}; the fallback failed too: ${second.message}`
  const ran = worse(original.verdict.ran, ranElsewhere)
  return failed({ ...original, message, verdict: { ...original.verdict, ran } })
}
