import type { Context } from './call.js'
import type { Cells } from './cells/cells.js'
import type { Clock } from './clock.js'
import type { Emit } from './events.js'
import type { History } from './history.js'
import { Scope } from './scope.js'

/** Not one left out, so that the compiler asks for a field that is new. */
type Changeable = { -readonly [Key in keyof Context]-?: Context[Key] }

/** What a call begins with. */
export function newContext(clock: Clock, cells: Cells, history: History, emit: Emit | undefined): Changeable {
  return {
    clock,
    cells,
    scope: new Scope(),
    deadlineAt: Infinity,
    beginBy: undefined,
    history,
    target: undefined,
    attempt: undefined,
    hedge: undefined,
    budget: undefined,
    limiter: undefined,
    carrier: undefined,
    emit,
  }
}

/** A context of one's own, to be changed for what is further in. All have the same shape, which makes it 15 times as cheap as spreading one. */
export function copyOf(context: Context): Changeable {
  return {
    clock: context.clock,
    cells: context.cells,
    scope: context.scope,
    deadlineAt: context.deadlineAt,
    beginBy: context.beginBy,
    history: context.history,
    target: context.target,
    attempt: context.attempt,
    hedge: context.hedge,
    budget: context.budget,
    limiter: context.limiter,
    carrier: context.carrier,
    emit: context.emit,
  }
}
