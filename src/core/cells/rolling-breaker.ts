import { EventEmitter } from 'node:events'
import CircuitBreaker from 'opossum'
import type { Clock } from '../clock.js'
import { clamped, count, field, items } from './seeds.js'

const BUCKETS = 10

/** In one tenth of a window, so that sums stay exact. */
const MOST_CALLS = 1e12

/** When a rolling breaker trips. */
export interface TripSettings {
  /** The share of failures, 0 to 1, at which it opens. */
  readonly rate: number
  /** Completions in the window before the rate says anything. */
  readonly minimumCalls: number
  readonly windowMs: number
}

/** A part of opossum's window. */
interface Tenth {
  fires: number
  successes: number
  readonly latencyTimes: unknown[]
}

/** opossum opens above its percentage; "at least half" is what people mean by 50 %. */
const AT_LEAST = 1e-9

/** What opossum's action may return: settled on the spot, so that its state is true when `record` returns. */
// oxlint-disable-next-line unicorn/no-thenable -- a thenable is what it takes
const SUCCEEDED = { then: (resolve: () => void) => (resolve(), { catch: ignore }) }
// oxlint-disable-next-line unicorn/no-thenable -- as above
const FAILED = { then: () => ({ catch: (reject: (error: Error) => void) => reject(FAILURE) }) }
const FAILURE = new Error('a failed completion')

/**
 * opossum in a cage: it keeps the rolling window and says when the circuit opens, and does nothing else.
 *
 * It is told of completions, never of starts (it counts a call when it begins, so slow failures would leave its window
 * before they are counted). Its window turns with our clock, and its wall-clock half-open timer, its own time-out and
 * its latency statistics are off. What may count and who may probe is decided by `Circuit`.
 */
export class RollingBreaker {
  readonly #breaker: CircuitBreaker<[failed: boolean]>
  readonly #rotation = new EventEmitter()
  readonly #clock: Clock
  readonly #bucketMs: number
  #rotatedAt: number
  #newest: Tenth

  constructor({ rate, minimumCalls, windowMs }: TripSettings, clock: Clock) {
    this.#clock = clock
    this.#bucketMs = windowMs / BUCKETS
    this.#rotatedAt = clock.now()
    this.#breaker = new CircuitBreaker<[failed: boolean]>(
      (failed) => (failed ? FAILED : SUCCEEDED) as unknown as Promise<void>,
      {
        timeout: false,
        errorThresholdPercentage: rate * 100 - AT_LEAST,
        volumeThreshold: minimumCalls,
        rollingCountBuckets: BUCKETS,
        rollingCountTimeout: windowMs,
        rollingPercentilesEnabled: false,
        enableSnapshots: false,
        rotateBucketController: this.#rotation,
        name: 'circuit',
      },
    )
    this.#breaker.removeAllListeners('open')
    this.#newest = newestOf(this.#breaker)
  }

  get closed(): boolean {
    return this.#breaker.closed
  }

  /** Completions in the window, and how many of them failed. */
  get counts(): { readonly calls: number; readonly failures: number } {
    this.#rotate()
    const { fires, failures } = this.#breaker.stats
    return { calls: fires, failures }
  }

  /** Counts one completion; the circuit may be open afterwards. */
  record(failed: boolean, now: number = this.#clock.now()): void {
    this.#rotate(now)
    if (failed) this.#failed()
    else this.#succeeded()
  }

  #failed(): void {
    this.#breaker.fire(true).catch(ignore)
    // It keeps the latency of each though nobody asks for any.
    this.#newest.latencyTimes.length = 0
  }

  /** Straight into the newest tenth: a success opens no circuit, and by way of opossum it costs many times as much. */
  #succeeded(): void {
    this.#newest.fires++
    this.#newest.successes++
  }

  open(): void {
    this.#breaker.open()
  }

  /** Closes it with an empty window: what led to the opening is past. */
  close(): void {
    this.#breaker.close()
    this.#turn(BUCKETS)
  }

  /** The window, tenth by tenth, the newest first. */
  save(): unknown {
    this.#rotate()
    const tenths = this.#breaker.status.window.map(({ fires, failures }) => [fires, failures])
    return { tenths, turnedMs: this.#clock.now() - this.#rotatedAt }
  }

  /** Fills a new window as it was `ageMs` ago; what has left it since goes when it next turns. Opens nothing by itself. */
  restore(saved: unknown, ageMs: number): void {
    const tenths = items(field(saved, 'tenths'), BUCKETS)
    for (const [index, bucket] of this.#breaker.status.window.entries()) {
      const [calls, failures] = items(tenths[index], 2)
      bucket.fires = count(calls, MOST_CALLS)
      bucket.failures = count(failures, bucket.fires)
      bucket.successes = bucket.fires - bucket.failures
    }
    const turnedMs = clamped(field(saved, 'turnedMs'), 0, this.#bucketMs) ?? 0
    this.#rotatedAt = this.#clock.now() - turnedMs - ageMs
  }

  #rotate(now: number = this.#clock.now()): void {
    const buckets = Math.floor((now - this.#rotatedAt) / this.#bucketMs)
    // A reading may be older than the last turn.
    if (buckets <= 0) return
    this.#rotatedAt += buckets * this.#bucketMs
    this.#turn(Math.min(buckets, BUCKETS))
  }

  #turn(buckets: number): void {
    for (let i = 0; i < buckets; i++) this.#rotation.emit('rotate')
    this.#newest = newestOf(this.#breaker)
  }
}

function newestOf({ status }: CircuitBreaker<[failed: boolean]>): Tenth {
  const [newest] = status.window
  if (!newest) throw new Error('opossum has no window')
  return newest
}

function ignore(): void {}
