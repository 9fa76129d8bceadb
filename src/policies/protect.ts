import { observeAttempts, recordAttempts } from '../core/attempt.js'
import type { Call, Context } from '../core/call.js'
import { Cells } from '../core/cells/cells.js'
import { systemClock, type Clock } from '../core/clock.js'
import { Observers } from '../core/emitter.js'
import { errorOf } from '../core/error-of.js'
import type { Observer } from '../core/events.js'
import { answered, failed, thrown, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { pipelineOf, runCall } from '../core/run.js'
import { callback, flag, listOf, shape, text, type Parse } from '../core/settings.js'
import { within } from '../core/wait.js'
import type { Failure } from '../failures/failure.js'

/** What a protected function may look at beside its own argument. */
export interface ProtectedArguments<I> {
  readonly input: I
  /** Aborted when the function should stop. */
  readonly signal: AbortSignal
  /** 1 for the first. */
  readonly attempt: number
}

/** How to protect a function. */
export interface ProtectOptions {
  /** The outermost first. */
  readonly policies: readonly Policy[]
  /** Stands in errors and events, and is what circuits, budgets and bulkheads are kept by. @defaultValue the function's own name */
  readonly name?: string
  /** Whether running it twice does no harm; nothing is repeated otherwise, since a failed function may have done its work. @defaultValue false */
  readonly idempotent?: boolean
  /** What a thrown error means; undefined makes it an `OperationFailed`, which may have run. */
  readonly classify?: (error: unknown) => Failure | undefined
  readonly observers?: readonly Observer[]
  readonly clock?: Clock
}

const asGiven: Parse<unknown> = (given) => given
const parseOptions = shape({
  policies: listOf(callback<Policy>),
  name: text,
  idempotent: flag,
  classify: callback<NonNullable<ProtectOptions['classify']>>,
  observers: asGiven,
  clock: asGiven,
})

/** A protected function. */
export type Protected<I, O> = (input: I, options?: { readonly signal?: AbortSignal }) => Promise<O>

/**
 * Puts policies around any async function.
 *
 * @throws {InvalidSettingError} when an option is unknown or wrong
 * @throws {InvokeError} (the returned function) when the call ends in failure; `cause` is what the function threw
 */
export function protect<I, O>(
  run: (args: ProtectedArguments<I>) => O | Promise<O>,
  options: ProtectOptions,
): Protected<I, O> {
  const { policies = [], idempotent = false, classify } = parseOptions(options, 'protect')
  const { clock = systemClock } = options
  const name = options.name ?? (run.name || 'operation')
  const subject = { name, key: name, clientKey: name }
  const surroundings = { clock, cells: new Cells() }
  const observers = new Observers(options.observers ?? [])
  const attempts = observers.around ? [recordAttempts, observeAttempts(observers.around)] : [recordAttempts]
  const pipeline = pipelineOf([...policies, ...attempts], operate, observers)

  return async function protectedFunction(input, { signal } = {}) {
    const run = runCall(pipeline, { subject, payload: input, idempotent, signal }, surroundings, observers)
    const outcome = await run.outcome
    if (outcome.ok) return outcome.value as O
    throw errorOf(outcome.failure, name, run.history)
  }

  function operate(call: Call, { scope, attempt }: Context): Promise<Outcome> {
    return within(scope, async () => {
      try {
        return answered(
          await run({ input: call.payload as I, signal: scope.signal, attempt: attempt?.number ?? 1 }),
        )
      } catch (error) {
        const known = classify?.(error)
        return known ? failed(known) : thrown(error)
      }
    })
  }
}
