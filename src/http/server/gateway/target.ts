import type { Clock } from '../../../core/clock.js'
import type { Fn } from '../../../invoker/fn.js'
import type { HttpFormat } from '../../format.js'
import { HealthCheck } from './health-check.js'
import type { HealthCheckSettings } from './health-check-options.js'
import { uncheckedHealth, type HealthChanged, type TargetHealth } from './health.js'
import type { Refusal } from '../exchange.js'
import { refusalFor } from '../refused-requests.js'

/** What makes a target the one that it is. */
export interface TargetParts {
  readonly fn: Fn<unknown, unknown>
  readonly format: HttpFormat
  readonly healthCheck: HealthCheckSettings | false
}

/** A function that routes lead to, checked or not. */
export class Target {
  /** As people write it. */
  readonly name: string
  readonly #parts: TargetParts
  readonly #check: HealthCheck | undefined
  readonly #sinceMs: number

  constructor(name: string, parts: TargetParts, clock: Clock, changed: (event: HealthChanged) => void) {
    const { fn, format, healthCheck: settings } = parts
    this.name = name
    this.#parts = parts
    this.#check = settings ? new HealthCheck({ fn, format, settings, clock, changed }) : undefined
    this.#sinceMs = clock.date()
  }

  /** Whether this is the same target, with the same check. */
  is({ fn, format, healthCheck }: TargetParts): boolean {
    const own = this.#parts
    if (fn !== own.fn || format !== own.format) return false
    return JSON.stringify(healthCheck) === JSON.stringify(own.healthCheck)
  }

  /** Why it is sent no traffic; undefined where it is. */
  refusal(): Refusal | undefined {
    if (this.#check?.state !== 'unhealthy') return undefined
    return { ...refusalFor('TargetUnhealthy'), retryAfterMs: this.#check.nextInMs }
  }

  health(): TargetHealth {
    return this.#check?.health() ?? uncheckedHealth(this.name, this.#sinceMs)
  }

  start(): void {
    this.#check?.start()
  }

  close(): void {
    this.#check?.close()
  }
}
