import { failure } from '../failures/failure.js'
import { onAbort } from './abort-hub.js'
import type { Call } from './call.js'
import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Observers } from './emitter.js'
import type { Emit, ObservedScope } from './events.js'
import { History } from './history.js'
import { failed, thrown, type Outcome } from './outcome.js'
import type { Next } from './policy.js'
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
  const context = { clock, cells, scope, deadlineAt: Infinity, history, emit }
  emit?.({ type: 'call.started', idempotent: call.idempotent })
  const outcome = signal ? untilAborted(signal, scope, history, watched) : watched()
  return { outcome: emit ? tellEnd(outcome, emit, history) : outcome, history }

  function watched(): Promise<Outcome> {
    if (!observers.around) return run()
    const observed: ObservedScope = { type: 'call', call: number, target: call.subject.name, carrier: {} }
    return observers.around(observed, run)
  }

  function run(): Promise<Outcome> {
    try {
      return pipeline(call, context)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

function untilAborted(
  signal: AbortSignal,
  scope: Scope,
  history: History,
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const why = failure('Aborted', 'the caller gave up', { ran: history.ran, cause: signal.reason })
      scope.cancel(why)
      // What ignores it is let go.
      resolve(failed(why))
    }
    if (signal.aborted) return abort()
    const forget = onAbort(signal, abort)
    run().then(
      (outcome) => {
        forget()
        resolve(outcome)
      },
      (error: unknown) => {
        forget()
        reject(error)
      },
    )
  })
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
