import type { Context } from './call.js'

/** Not one left out, so that the compiler asks for a field that is new. */
type Changeable = { -readonly [Key in keyof Context]-?: Context[Key] }

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
