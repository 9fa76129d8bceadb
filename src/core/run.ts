import { failure } from '../failures/failure.js'
import { onAbort } from './abort-hub.js'
import type { Call } from './call.js'
import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Observers } from './emitter.js'
import type { Emit } from './events.js'
import { History } from './history.js'
import { thrown, type Outcome } from './outcome.js'
import type { Next } from './policy.js'
import { Scope } from './scope.js'
import { within } from './wait.js'

/** What outlives a call. */
export interface Surroundings {
  readonly clock: Clock
  readonly cells: Cells
}

/** How a call ended, and its story. */
export interface Run {
  readonly outcome: Outcome
  readonly history: History
}

let calls = 0

/** Sends one call through a pipeline: gives it a history, tells the observers, and stops everything when the caller does. */
export async function runCall(
  pipeline: Next,
  call: Call,
  surroundings: Surroundings,
  observers: Observers,
  signal: AbortSignal | undefined,
): Promise<Run> {
  const { clock } = surroundings
  const number = ++calls
  const emit = observers.emitFor(number, call.subject.name, clock, call.subject.invoked)
  const history = new History(clock, emit, number)
  const scope = new Scope()
  const context = { ...surroundings, scope, deadlineAt: Infinity, history, emit }
  emit?.({ type: 'call.started', idempotent: call.idempotent })

  const run = (): Promise<Outcome> => pipeline(call, context)
  const watched = (): Promise<Outcome> => {
    if (!observers.around) return run()
    return observers.around({ type: 'call', call: number, target: call.subject.name, carrier: {} }, run)
  }
  try {
    const outcome = await (signal ? untilAborted(signal, scope, history, watched) : watched())
    if (emit) tellEnd(emit, outcome, history)
    return { outcome, history }
  } catch (error) {
    // A policy or callback of the user's own threw; those who watch must see the call end all the same.
    if (emit) tellEnd(emit, thrown(error, history.ran), history)
    throw error
  }
}

async function untilAborted(
  signal: AbortSignal,
  scope: Scope,
  history: History,
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const abort = (): void => {
    scope.cancel(failure('Aborted', 'the caller gave up', { ran: history.ran, cause: signal.reason }))
  }
  if (signal.aborted) abort()
  const forget = signal.aborted ? undefined : onAbort(signal, abort)
  try {
    return await within(scope, run)
  } finally {
    forget?.()
  }
}

function tellEnd(emit: Emit, outcome: Outcome, history: History): void {
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
