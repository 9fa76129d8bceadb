import {
  FALLBACK_DEFAULTS,
  parseFallback,
  type FallbackOptions,
  type FallbackSettings,
} from '../policies/fallback.js'
import type { Fn } from './fn.js'

/** Another function may have a cold start before it. */
const OTHER_FUNCTION = { ...FALLBACK_DEFAULTS, limitMs: 5_000 }

/** A fallback to a value, or to what a function of the user's answers. @throws {InvalidSettingError} */
export function fallbackBy(answer: unknown, options: FallbackOptions): FallbackSettings {
  const settings = parseFallback(options, 'fallback')
  if (typeof answer !== 'function') return { ...settings, repeats: false, answer: () => answer }
  return { ...settings, repeats: false, answer: answer as FallbackSettings['answer'] }
}

/** A fallback to another Lambda function. @throws {InvalidSettingError} */
export function fallbackTo(other: Fn<unknown, unknown>, options: FallbackOptions): FallbackSettings {
  const settings = parseFallback(options, 'fallback', OTHER_FUNCTION)
  // One dead letter for a call is enough, and it is the caller's.
  const quiet = other.deadLetter(false)
  return { ...settings, repeats: true, answer: ({ payload, signal }) => quiet.invoke(payload, { signal }) }
}
