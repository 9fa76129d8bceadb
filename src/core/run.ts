import { failure } from '../failures/failure.js'
import { onAbort } from './abort-hub.js'
import type { Call, Context, Next } from './call.js'
import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Observers } from './emitter.js'
import type { Emit, ObservedScope } from './events.js'
import { guarded, type Guard } from './guard.js'
import { History } from './history.js'
import { thrown, type Outcome } from './outcome.js'
import { Scope } from './scope.js'

/** What outlives a call. */
export interface Surroundings {
  readonly clock: Clock
  readonly cells: Cells
}

/** A call under way: how it will end, and its story so far. */
export interface Run {
  readonly outcome: Promise<Outcome>
  readonly history: History
}

let calls = 0

/** Sends one call through a pipeline: gives it a history, tells the observers, and stops everything when the caller does. */
export function runCall(
  pipeline: Next,
  call: Call,
  { clock, cells }: Surroundings,
  observers: Observers,
  signal: AbortSignal | undefined,
): Run {
  const number = ++calls
  const emit = observers.emitFor(number, call.subject.name, clock, call.subject.invoked)
  const history = new History(clock, emit, number)
  const scope = new Scope()
  const context: Context = { clock, cells, scope, deadlineAt: Infinity, history, emit }
  emit?.({ type: 'call.started', idempotent: call.idempotent })
  const next = signal ? guarded([untilAborted(signal)], watched) : watched
  const outcome = begin(next, call, context)
  return { outcome: emit ? tellEnd(outcome, emit, history) : outcome, history }

  function watched(call: Call, context: Context): Promise<Outcome> {
    if (!observers.around) return pipeline(call, context)
    const observed: ObservedScope = { type: 'call', call: number, target: call.subject.name, carrier: {} }
    return observers.around(observed, () => pipeline(call, context))
  }
}

function begin(next: Next, call: Call, context: Context): Promise<Outcome> {
  try {
    return next(call, context)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Cancels the call when its caller gives up. */
function untilAborted(signal: AbortSignal): Guard {
  return function listen({ context: { scope, history } }) {
    const abort = (): void => {
      scope.cancel(failure('Aborted', 'the caller gave up', { ran: history.ran, cause: signal.reason }))
    }
    if (!signal.aborted) return onAbort(signal, abort)
    abort()
    return undefined
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
