import type { Clock } from '../../../core/clock.js'

/** `initial` until the checks have told, `unchecked` where there are none. Only what is `unhealthy` gets no traffic. */
export type HealthState = 'initial' | 'healthy' | 'unhealthy' | 'unchecked'

/** How a check ended: an `unsent` one never left this process, and says nothing about its target. */
export interface CheckResult {
  readonly result: 'passed' | 'failed' | 'unsent'
  /** What the target answered; absent where it gave no answer. */
  readonly status?: number
  /** The failure's name where there was no answer, such as `DeadlineExceeded`. */
  readonly code?: string
}

/** How a target of a gateway stands, as plain data for health endpoints. */
export interface TargetHealth {
  /** The function, as people write it. */
  readonly target: string
  readonly state: HealthState
  /** What led to the state, in one clause. */
  readonly reason: string
  /** When the state began, in ms since the epoch. */
  readonly sinceMs: number
  readonly consecutiveSuccesses: number
  readonly consecutiveFailures: number
  /** Absent until a check has ended; its age in ms. */
  readonly lastCheck?: CheckResult & { readonly ageMs: number }
}

/** How many checks in a row change a state. */
export interface HealthThresholds {
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

/** A target has come into another state. */
export interface HealthChanged {
  readonly type: 'health.changed'
  /** The function, as people write it. */
  readonly target: string
  readonly state: HealthState
  readonly previous: HealthState
  readonly why: string
}

/** What the checks of one target add up to. */
export class Health {
  readonly #target: string
  readonly #thresholds: HealthThresholds
  readonly #clock: Clock
  #standing: Pick<TargetHealth, 'state' | 'reason' | 'sinceMs'>
  #successes = 0
  #failures = 0
  #last: { readonly check: CheckResult; readonly at: number } | undefined

  constructor(target: string, thresholds: HealthThresholds, clock: Clock) {
    this.#target = target
    this.#thresholds = thresholds
    this.#clock = clock
    this.#standing = { state: 'initial', reason: 'no check has passed yet', sinceMs: clock.date() }
  }

  get state(): HealthState {
    return this.#standing.state
  }

  /** The change that a check leads to; undefined where it leads to none. */
  count(check: CheckResult): HealthChanged | undefined {
    this.#last = { check, at: this.#clock.now() }
    if (check.result === 'unsent') return undefined
    const { healthyThreshold, unhealthyThreshold } = this.#thresholds
    const passed = check.result === 'passed'
    this.#successes = passed ? this.#successes + 1 : 0
    this.#failures = passed ? 0 : this.#failures + 1
    const needed = this.state === 'initial' ? 1 : healthyThreshold
    if (passed && this.state !== 'healthy' && this.#successes >= needed)
      return this.#enter('healthy', `${inARow(this.#successes)} passed`)
    if (!passed && this.state !== 'unhealthy' && this.#failures >= unhealthyThreshold) {
      const last = check.code ?? `answered ${check.status}`
      return this.#enter('unhealthy', `${inARow(this.#failures)} failed: ${last}`)
    }
    return undefined
  }

  snapshot(): TargetHealth {
    return {
      target: this.#target,
      ...this.#standing,
      consecutiveSuccesses: this.#successes,
      consecutiveFailures: this.#failures,
      ...(this.#last && { lastCheck: { ...this.#last.check, ageMs: this.#clock.now() - this.#last.at } }),
    }
  }

  #enter(state: HealthState, why: string): HealthChanged {
    const previous = this.state
    this.#standing = { state, reason: why, sinceMs: this.#clock.date() }
    return { type: 'health.changed', target: this.#target, state, previous, why }
  }
}

/** A target that is not checked, and always sent traffic. */
export function uncheckedHealth(target: string, sinceMs: number): TargetHealth {
  const counts = { consecutiveSuccesses: 0, consecutiveFailures: 0 }
  return { target, state: 'unchecked', reason: 'health checks are off', sinceMs, ...counts }
}

function inARow(checks: number): string {
  return checks === 1 ? 'a check' : `${checks} checks in a row`
}
