import { exponential, lognormal } from './random.mjs'

/** How Lambda and the function behave while nothing is wrong. Times in ms. */
export const HEALTHY = Object.freeze({
  /** Concurrent executions, above which there are 429s. */
  limit: 1_000,
  serviceMs: 190,
  serviceSpread: 0.5,
  /** One call in 200 takes eight times as long: a garbage collection, a slow dependency. */
  slowShare: 0.005,
  slowFactor: 8,
  coldStartMs: 400,
  coldStartSpread: 0.3,
  /** Environments are replaced after this long, on average. */
  lifetimeMs: 300_000,
  /** Share of requests that Lambda itself answers with a 500, before any environment sees them. */
  errorRate: 0.001,
  /** Everything that an environment does takes this many times as long. */
  slowness: 1,
  coldSlowness: 1,
})

const ERROR_MS = 20
const THROTTLE_MS = 5

/** How long one call takes in a warm environment, on average. */
export function meanServiceMs({ serviceMs, serviceSpread, slowShare, slowFactor }) {
  return serviceMs * Math.exp(serviceSpread ** 2 / 2) * (1 + slowShare * (slowFactor - 1))
}

/**
 * One function in a model of Lambda: a limit on concurrent executions, warm environments and cold ones, and work that
 * goes on to its end whether somebody waits for it or not.
 */
export class FunctionModel {
  #clock
  #random
  #watch
  #settings
  #busy = 0
  /** The last one used is the first to be used again. */
  #idle = []
  #recycling

  /** `watch` hears of each attempt as it comes in, of work as it begins, and of work whose answer was heard. */
  constructor({ clock, random, settings, warm, watch }) {
    this.#clock = clock
    this.#random = random
    this.#settings = settings
    this.#watch = watch
    for (let made = 0; made < warm; made++) this.#idle.push(this.#environment())
  }

  get busy() {
    return this.#busy
  }

  get environments() {
    return this.#busy + this.#idle.length
  }

  /** From now on it behaves so. */
  set(settings) {
    this.#settings = settings
  }

  /** A rolling replacement: each environment of today ends at a moment of its own within `ms`. */
  recycle(ms) {
    this.#recycling = { fromMs: this.#clock.now(), ms }
  }

  /**
   * Sends one request. `answer` is called once with `'ok'`, `'error'` or `'throttled'`, unless the attempt is abandoned
   * before: nobody hears the answer then, and the work goes on all the same.
   */
  invoke(answer) {
    const attempt = new Attempt(answer)
    this.#watch.attempt()
    const { errorRate, limit } = this.#settings
    if (this.#random() < errorRate) this.#clock.setTimer(ERROR_MS, () => attempt.end('error'))
    else if (this.#busy >= limit) this.#clock.setTimer(THROTTLE_MS, () => attempt.end('throttled'))
    else this.#execute(attempt)
    return attempt
  }

  #execute(attempt) {
    const startedAt = this.#clock.now()
    const warm = this.#warmEnvironment()
    const environment = warm ?? this.#environment()
    const ms = (warm ? 0 : this.#coldStartMs()) + this.#serviceMs()
    const work = { startedAt, ms, cold: !warm }
    this.#busy += 1
    this.#watch.work(work)
    this.#clock.setTimer(ms, () => {
      this.#busy -= 1
      this.#idle.push(environment)
      if (attempt.end('ok')) this.#watch.heard(work)
    })
  }

  #warmEnvironment() {
    for (;;) {
      const environment = this.#idle.pop()
      if (!environment) return undefined
      if (this.#clock.now() < this.#endOf(environment)) return environment
    }
  }

  #environment() {
    const madeAt = this.#clock.now()
    return {
      madeAt,
      endsAt: madeAt + exponential(this.#random, this.#settings.lifetimeMs),
      turn: this.#random(),
    }
  }

  #endOf({ madeAt, endsAt, turn }) {
    if (!this.#recycling || madeAt > this.#recycling.fromMs) return endsAt
    return Math.min(endsAt, this.#recycling.fromMs + turn * this.#recycling.ms)
  }

  #coldStartMs() {
    const { coldStartMs, coldStartSpread, coldSlowness } = this.#settings
    return coldSlowness * lognormal(this.#random, coldStartMs, coldStartSpread)
  }

  #serviceMs() {
    const { serviceMs, serviceSpread, slowShare, slowFactor, slowness } = this.#settings
    const slow = this.#random() < slowShare ? slowFactor : 1
    return slow * slowness * lognormal(this.#random, serviceMs, serviceSpread)
  }
}

class Attempt {
  #answer

  constructor(answer) {
    this.#answer = answer
  }

  abandon() {
    this.#answer = undefined
  }

  /** Whether somebody heard it. */
  end(how) {
    const answer = this.#answer
    this.#answer = undefined
    return answer !== undefined && answer(how) !== false
  }
}
