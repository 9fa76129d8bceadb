import type { Call } from './call.js'

/** Whether running the call again at another target does no harm: that target does not know this one's keys. */
export function repeatsElsewhere({ idempotent, byKey }: Call): boolean {
  return idempotent && !byKey
}
