import type { Call, Context } from './call.js'
import type { Outcome } from './outcome.js'

/** The rest of the pipeline, as one policy sees it. */
export type Next = (call: Call, context: Context) => Promise<Outcome>

/** Something that stands around a call: it may wait, refuse, cancel, repeat or replace what is inside. */
export type Policy = (next: Next) => Next

/** Puts policies around `innermost`; the first of them is the outermost. */
export function compose(policies: readonly Policy[], innermost: Next): Next {
  return policies.reduceRight((next, policy) => policy(next), innermost)
}
