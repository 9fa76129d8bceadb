import { FORWARDED, IDEMPOTENCY_KEY } from '../core/forwarded.js'

/** What a Lambda runtime hands to a handler beside the event: the context of any Node runtime will do. */
export interface CalleeContext {
  readonly clientContext?: unknown
  getRemainingTimeInMillis?(): number
}

/** Which attempt of its caller's call this invocation is, hedges counted: 1 where nobody told. */
export function attemptOf(context: CalleeContext | undefined): number {
  return wholeNumberIn(context, FORWARDED.attempt) || 1
}

/**
 * The idempotency key that the caller sent with `as: 'clientContext'`: undefined where there is none.
 *
 * @param name - As in the caller's `{ clientContext: name }`.
 */
export function idempotencyKeyOf(
  context: CalleeContext | undefined,
  name: string = IDEMPOTENCY_KEY,
): string | undefined {
  return textIn(context, name) || undefined
}

const WHOLE_NUMBER = /^\d{1,15}$/

/** A whole number that the caller sent; undefined where it sent none, or anything else. */
export function wholeNumberIn(context: CalleeContext | undefined, name: string): number | undefined {
  const text = textIn(context, name)
  return text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined
}

/** Whoever may invoke the function decides what stands here, so whatever it is, nothing is thrown. */
function textIn(context: CalleeContext | undefined, name: string): string | undefined {
  try {
    const custom = (context?.clientContext as { readonly custom?: unknown } | null | undefined)
      ?.custom as object
    if (!Object.hasOwn(custom, name)) return undefined
    const value: unknown = Reflect.get(custom, name)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
