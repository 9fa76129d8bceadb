import type { Clock, Timer } from '../../../core/clock.js'
import type { Fn } from '../../../invoker/fn.js'
import type { HttpFormat } from '../../format.js'
import { healthCheckRequest } from './health-check-request.js'
import { HttpFunction } from '../../http-function.js'
import { httpSettings } from '../../options.js'
import type { HealthCheckSettings } from './health-check-options.js'
import {
  Health,
  type CheckResult,
  type HealthChanged,
  type HealthState,
  type TargetHealth,
} from './health.js'

/** Who is asked, and who wants to know. */
export interface HealthCheckParts {
  readonly fn: Fn<unknown, unknown>
  readonly format: HttpFormat
  readonly settings: HealthCheckSettings
  readonly clock: Clock
  /** Is told of each change of state. */
  readonly changed: (event: HealthChanged) => void
}

/** Asks one target over and over whether it is well, one check at a time. */
export class HealthCheck {
  readonly #fn: HttpFunction
  readonly #settings: HealthCheckSettings
  readonly #clock: Clock
  readonly #changed: (event: HealthChanged) => void
  readonly #health: Health
  readonly #closing = new AbortController()
  #timer: Timer | undefined
  #nextAt = 0

  constructor({ fn, format, settings, clock, changed }: HealthCheckParts) {
    this.#fn = new HttpFunction(bare(fn, settings.timeoutMs), format, httpSettings({}))
    this.#settings = settings
    this.#clock = clock
    this.#changed = changed
    this.#health = new Health(this.#fn.target, settings, clock)
  }

  get state(): HealthState {
    return this.#health.state
  }

  /** Until the next check, in ms; 0 while one is under way. */
  get nextInMs(): number {
    return Math.max(0, this.#nextAt - this.#clock.now())
  }

  health(): TargetHealth {
    return this.#health.snapshot()
  }

  /** Begins with a check at once. */
  start(): void {
    void this.#check()
  }

  /** Makes no more checks, and cancels the one under way; the state stays as it is. */
  close(): void {
    this.#closing.abort()
    this.#timer?.cancel()
  }

  async #check(): Promise<void> {
    // A format or policy of the user's own may throw, and nobody else would catch it here.
    const result = await this.#ask().catch((): CheckResult => ({ result: 'failed', code: 'OperationFailed' }))
    if (this.#closing.signal.aborted) return
    const { intervalMs } = this.#settings
    this.#timer = this.#clock.setTimer(intervalMs, () => this.start(), true)
    this.#nextAt = this.#clock.now() + intervalMs
    const change = this.#health.count(result)
    if (change) this.#changed(change)
  }

  async #ask(): Promise<CheckResult> {
    const { path, statuses } = this.#settings
    const end = await this.#fn.send(healthCheckRequest(path), this.#closing.signal)
    if (!end.ok) return { result: end.meta.attempts.length > 0 ? 'failed' : 'unsent', code: end.error.code }
    const { status } = end.reply
    return { result: statuses.includes(status) ? 'passed' : 'failed', status }
  }
}

/** Nothing between the check and the function: what keeps traffic from it, or answers in its place, is no sign of health. */
function bare(fn: Fn<unknown, unknown>, timeoutMs: number): Fn<unknown, unknown> {
  return fn
    .deadline(timeoutMs)
    .timeout(false)
    .retry(false)
    .circuitBreaker(false)
    .hedge(false)
    .bulkhead(false)
    .fallback(undefined, { kinds: [] })
}
