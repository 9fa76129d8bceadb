import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { Counts } from './rolling-counts.js'

/** When the counts of a rolling window open a circuit. */
export interface TripRule {
  /** The share of failures, 0 to 1, at which it opens. */
  readonly rate: number
  /** Completions in the window before the rate says anything. */
  readonly minimumCalls: number
}

/** opossum opens above its percentage; "at least half" is what people mean by 50 %. */
const AT_LEAST = 1e-9
/** There are as many rules as sets of settings: one or a few. */
const MOST_KEPT = 100

const FAILURE = new Error('a failed completion')
/** What opossum's action may return: failed on the spot, so that its state is true when `fire` returns. */
// oxlint-disable-next-line unicorn/no-thenable -- a thenable is what it takes
const FAILED = { then: () => ({ catch: (reject: (error: Error) => void) => reject(FAILURE) }) }

/**
 * opossum in a cage: after a failure it says whether the circuit opens, and does nothing else.
 *
 * It is asked and then closed again, so that one breaker serves all circuits with the same rule, and none of them holds
 * anything of it. The counts are ours: opossum's own window counts calls when they begin, turns with a timer, and is
 * summed up anew for every failure. What may count and who may probe is decided by `Circuit`.
 */
class RollingBreaker {
  readonly #breaker: CircuitBreaker<[]>
  readonly #stats = { fires: 0, failures: 0 }

  constructor({ rate, minimumCalls }: TripRule) {
    this.#breaker = new CircuitBreaker(() => FAILED as unknown as Promise<void>, {
      timeout: false,
      errorThresholdPercentage: rate * 100 - AT_LEAST,
      volumeThreshold: minimumCalls,
      enableSnapshots: false,
      // Without one, a timer turns its window.
      rotateBucketController: new EventEmitter(),
      name: 'circuit',
    })
    // Its own counting and its wall-clock half-open timer.
    this.#breaker.removeAllListeners()
    // So that there is no rejection to be caught.
    this.#breaker.fallback(() => {})
    Object.defineProperty(this.#breaker.status, 'stats', { value: this.#stats })
  }

  opensAt({ calls, failures }: Counts): boolean {
    this.#stats.fires = calls
    this.#stats.failures = failures
    void this.#breaker.fire()
    const { opened } = this.#breaker
    this.#breaker.close()
    return opened
  }
}

const breakers = new Map<string, RollingBreaker>()

/** Whether one more failure, which is in the counts already, opens the circuit. */
export function opensAt(counts: Counts, rule: TripRule): boolean {
  const key = `${rule.rate} ${rule.minimumCalls}`
  let breaker = breakers.get(key)
  if (!breaker) {
    breaker = new RollingBreaker(rule)
    // They remember nothing, so that any of them can be made again.
    if (breakers.size === MOST_KEPT) breakers.clear()
    breakers.set(key, breaker)
  }
  return breaker.opensAt(counts)
}
