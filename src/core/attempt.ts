import { copyOf } from './context.js'
import type { AttemptRecord } from './attempt-record.js'
import type { Around } from './emitter.js'
import type { ObservedScope } from './events.js'
import { Exit, type Passage } from './guard.js'
import type { History } from './history.js'
import { thrown, type Outcome } from './outcome.js'
import { policyOf, type Policy } from './policy.js'
import type { Scope } from './scope.js'

/** Writes each attempt into the call's history. Stands around the timeout and the transport. */
export const recordAttempts: Policy = policyOf(function recordAttempt(passage) {
  const { context } = passage
  const { history, scope } = context
  const record = history.begin(context, passage.now)
  const inside = copyOf(context)
  inside.attempt = record
  passage.context = inside
  return new AttemptEnd(history, record, scope)
})

class AttemptEnd extends Exit {
  readonly #history: History
  readonly #record: AttemptRecord
  readonly #scope: Scope

  constructor(history: History, record: AttemptRecord, scope: Scope) {
    super()
    this.#history = history
    this.#record = record
    this.#scope = scope
  }

  leave(outcome: Outcome, { now, crashed }: Passage): void {
    const { cancelled } = this.#scope
    if (cancelled) this.#history.abandon(this.#record, cancelled, now)
    else if (crashed && !outcome.ok)
      this.#history.end(this.#record, thrown(outcome.failure.cause, this.#record.ran), now)
    else this.#history.end(this.#record, outcome, now)
  }
}

/** Lets observers wrap each attempt, with a carrier that travels. */
export function observeAttempts(around: Around): Policy {
  return (next) => (call, context) => {
    const { history, attempt } = context
    const carrier: Record<string, string> = {}
    const scope: ObservedScope = {
      type: 'attempt',
      call: history.call,
      target: call.subject.name,
      attempt: attempt?.number ?? history.made,
      carrier,
    }
    const inside = copyOf(context)
    inside.carrier = carrier
    return around(scope, () => next(call, inside))
  }
}
