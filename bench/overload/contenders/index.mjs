import { fullJitter } from './full-jitter.mjs'
import { noRetry } from './none.mjs'
import { ours } from './ours.mjs'

/** In the order of the tables. A variant of ours differs from it in the settings that stand here, and in nothing else. */
export const CONTENDERS = [
  noRetry,
  fullJitter,
  ours('ours'),
  ours('ours, breaker off', { circuitBreaker: false }),
]

export function contenderNamed(name) {
  const contender = CONTENDERS.find((known) => known.name === name)
  if (contender) return contender
  throw new Error(`No contender '${name}'; there are: ${CONTENDERS.map((known) => known.name).join(', ')}`)
}
