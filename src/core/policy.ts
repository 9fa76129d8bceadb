import type { Next } from './call.js'
import { guarded, type Guard } from './guard.js'

export type { Next } from './call.js'

/** Something that stands around a call: it may wait, refuse, cancel, repeat or replace what is inside. */
export type Policy = (next: Next) => Next

const makers = new WeakMap<Policy, (inner: Next) => Guard>()

/** A guard as a policy like any other. */
export function policyOf(guard: Guard): Policy {
  return policyBefore(() => guard)
}

/** A guard that may call what is inside by itself too, to try again. */
export function policyBefore(make: (inner: Next) => Guard): Policy {
  const policy: Policy = (next) => guarded([make(next)], next)
  makers.set(policy, make)
  return policy
}

/** Puts policies around `innermost`; the first of them is the outermost. Guards side by side become one. */
export function compose(policies: readonly Policy[], innermost: Next): Next {
  let next = innermost
  let together: readonly Guard[] = []
  for (const policy of policies.toReversed()) {
    const inner = guarded(together, next)
    const make = makers.get(policy)
    if (make) {
      together = [make(inner), ...together]
    } else {
      together = []
      next = policy(inner)
    }
  }
  return guarded(together, next)
}
