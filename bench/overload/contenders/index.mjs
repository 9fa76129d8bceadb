import { cockatiel } from './cockatiel.mjs'
import { finagle } from './finagle.mjs'
import { fullJitter } from './full-jitter.mjs'
import { grpc } from './grpc.mjs'
import { noRetry } from './none.mjs'
import { opossum } from './opossum.mjs'
import { isKnown, ours } from './ours.mjs'
import { pRetryDefaults, pRetryWithSignal } from './p-retry.mjs'
import { LIMITS } from '../scenarios.mjs'
import { sdkAdaptive, sdkStandard } from './sdk.mjs'

/** What differs from `ours` in the settings that stand here, and in nothing else. */
const VARIANTS = [
  ours('ours'),
  ours('ours, breaker off', { circuitBreaker: false }),
  ours('ours, timeout as peers', { timeout: LIMITS.timeoutMs }),
  ours('ours + hedge', { hedge: { after: 'p99', maxExtra: 0.02 } }),
  ours('ours + adaptive', { adaptive: true }),
]

/** In the order of the tables; a variant whose settings the library does not know is left out. */
export const CONTENDERS = [
  noRetry,
  pRetryDefaults,
  pRetryWithSignal,
  fullJitter,
  sdkStandard,
  sdkAdaptive,
  grpc,
  finagle,
  cockatiel,
  opossum,
  ...VARIANTS.filter(isKnown),
]

export function contenderNamed(name) {
  const contender = CONTENDERS.find((known) => known.name === name)
  if (contender) return contender
  throw new Error(`No contender '${name}'; there are: ${CONTENDERS.map((known) => known.name).join(', ')}`)
}
