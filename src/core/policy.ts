import type { Call, Context } from './call.js'
import { guarded, type Guard } from './guard.js'
import type { Outcome } from './outcome.js'

/** The rest of the pipeline, as one policy sees it. */
export type Next = (call: Call, context: Context) => Promise<Outcome>

/** Something that stands around a call: it may wait, refuse, cancel, repeat or replace what is inside. */
export type Policy = (next: Next) => Next

const guards = new WeakMap<Policy, Guard>()

/** A guard as a policy like any other. */
export function policyOf(guard: Guard): Policy {
  const policy: Policy = (next) => guarded([guard], next)
  guards.set(policy, guard)
  return policy
}

/** Puts policies around `innermost`; the first of them is the outermost. Guards side by side become one. */
export function compose(policies: readonly Policy[], innermost: Next): Next {
  let next = innermost
  let together: Guard[] = []
  for (const policy of policies.toReversed()) {
    const guard = guards.get(policy)
    if (guard) {
      together = [guard, ...together]
      continue
    }
    if (together.length > 0) next = guarded(together, next)
    together = []
    next = policy(next)
  }
  return together.length > 0 ? guarded(together, next) : next
}
