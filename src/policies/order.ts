/** The policies in the order in which a call meets them; the transport comes after the last. */
export const ORDER = [
  'deadLetter',
  'fallback',
  'deadline',
  'failover',
  'bulkhead',
  'retry',
  'adaptive',
  'breaker',
  'hedge',
  'timeout',
] as const

/** A place in the pipeline. */
export type PolicyName = (typeof ORDER)[number]
