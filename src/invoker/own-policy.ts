import type { Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { show } from '../core/settings.js'

/** A policy of the user's own that says so when it is no policy: ours would fail on what it returns, and not say why. */
export function ownPolicy(policy: Policy): Policy {
  const name = policy.name ? `The policy '${policy.name}'` : 'The policy given to use()'
  return function checked(next) {
    const around: unknown = policy(next)
    if (typeof around !== 'function') throw notAround(around)
    return async function own(call, context) {
      const outcome: unknown = await (around as typeof next)(call, context)
      if (isOutcome(outcome)) return outcome
      throw new TypeError(
        `${name} must return an Outcome, made with answered() or failed(), but returned ${show(outcome)}.`,
      )
    }
  }

  function notAround(returned: unknown): TypeError {
    // An async function was run on the spot, and nobody else would catch what it throws.
    if (returned instanceof Promise) returned.catch(() => undefined)
    return new TypeError(
      `${name} must be (next) => (call, context) => …, a function that returns a function, but returned ${show(returned)}.`,
    )
  }
}

function isOutcome(value: unknown): value is Outcome {
  const { ok, failure } = (value ?? {}) as { readonly ok?: unknown; readonly failure?: { verdict?: unknown } }
  return ok === true || (ok === false && failure?.verdict !== undefined)
}
