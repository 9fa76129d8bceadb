/** Every kind of failure. */
export const FAILURE_KINDS = [
  'throttle',
  'transient',
  'starting',
  'function',
  'request',
  'permission',
  'config',
  'response',
  'local',
] as const

/** What sort of failure it is; what most callers branch on. */
export type FailureKind = (typeof FAILURE_KINDS)[number]

/** Whether the function can have run: `'no'` it has not, `'yes'` it has, `'maybe'` nobody can tell. */
export type Ran = 'no' | 'maybe' | 'yes'

/**
 * What a failure means for everybody who has to act on it.
 *
 * `retry` says whether the same request can succeed: `'soon'`, only after a longer wait (`'later'`), or `'never'`.
 * `breaker` says whether it speaks against the function's health.
 */
export interface Verdict {
  readonly kind: FailureKind
  readonly retry: 'soon' | 'later' | 'never'
  readonly ran: Ran
  readonly breaker: 'failure' | 'ignore'
  /** One sentence: what has happened. */
  readonly means: string
  /** One sentence, imperative: what to do about it. */
  readonly advice: string
}

const CERTAINTY = { no: 0, maybe: 1, yes: 2 } as const

/** The more alarming of two answers to "did it run?". */
export function worse(a: Ran, b: Ran): Ran {
  return CERTAINTY[a] >= CERTAINTY[b] ? a : b
}
