import { failure } from '../failures/failure.js'
import { onAbort, type Listening } from './abort-hub.js'
import type { Call, Next } from './call.js'
import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import { newContext } from './context.js'
import type { Around, Observers } from './emitter.js'
import type { Emit } from './events.js'
import { Exit } from './guard.js'
import { History } from './history.js'
import { thrown, type Outcome } from './outcome.js'
import { compose, policyOf, type Policy } from './policy.js'
import type { Scope } from './scope.js'

/** What outlives a call. */
export interface Surroundings {
  readonly clock: Clock
  readonly cells: Cells
}

/** A call under way: how it will end, and its story so far. */
export interface Run {
  readonly outcome: Promise<Outcome>
  /** Whom it is for, as people write it. */
  readonly target: string
  readonly history: History
}

let calls = 0

/** A pipeline for `runCall`: the policies around `innermost`, within what watches every call. */
export function pipelineOf(policies: readonly Policy[], innermost: Next, { around }: Observers): Next {
  return compose([stopWithCaller, ...(around ? [observeCalls(around)] : []), ...policies], innermost)
}

/** Sends one call through a pipeline: gives it a history, and tells the observers. */
export function runCall(
  pipeline: Next,
  call: Call,
  { clock, cells }: Surroundings,
  observers: Observers,
): Run {
  const number = ++calls
  const { name: target, invoked } = call.subject
  const emit = observers.emitFor(number, target, clock, invoked)
  const history = new History(clock, emit, number)
  const context = newContext(clock, cells, history, emit)
  emit?.({ type: 'call.started', idempotent: call.idempotent })
  const outcome = pipeline(call, context)
  return { outcome: emit ? tellEnd(outcome, emit, history) : outcome, target, history }
}

/** Cancels the call when its caller gives up. */
const stopWithCaller = policyOf(function stopWithCaller({ call: { signal }, context: { scope, history } }) {
  return signal && new CallersEnd(signal, scope, history)
})

class CallersEnd extends Exit {
  readonly #listening: Listening | undefined

  constructor(signal: AbortSignal, scope: Scope, history: History) {
    super()
    const abort = (): void => {
      scope.cancel(failure('Aborted', 'the caller gave up', { ran: history.ran, cause: signal.reason }))
    }
    if (signal.aborted) abort()
    else this.#listening = onAbort(signal, abort)
  }

  leave(): void {
    this.#listening?.forget()
  }
}

/** Lets observers wrap each call. */
function observeCalls(around: Around): Policy {
  return (next) => (call, context) => {
    const { name: target } = call.subject
    return around({ type: 'call', call: context.history.call, target, carrier: {} }, () =>
      next(call, context),
    )
  }
}

async function tellEnd(ending: Promise<Outcome>, emit: Emit, history: History): Promise<Outcome> {
  try {
    const outcome = await ending
    emitEnd(emit, outcome, history)
    return outcome
  } catch (error) {
    // A policy or callback of the user's own threw; those who watch must see the call end all the same.
    emitEnd(emit, thrown(error, history.ran), history)
    throw error
  }
}

function emitEnd(emit: Emit, outcome: Outcome, history: History): void {
  emit({
    type: 'call.ended',
    ok: outcome.ok,
    mayHaveRun: history.ran !== 'no',
    attempts: history.snapshot(),
    durationMs: history.elapsedMs,
    queuedMs: history.queuedMs,
    fallback: history.fallback,
    ...(!outcome.ok && { failure: outcome.failure }),
  })
}
