import type { CircuitSettings } from '../core/cells/circuit.js'
import type { LimiterSettings } from '../core/cells/limiter.js'
import type { Observer } from '../core/events.js'
import type { Policy } from '../core/policy.js'
import { BREAKER_DEFAULTS } from '../policies/breaker.js'
import { BULKHEAD_DEFAULTS, type BulkheadSettings } from '../policies/bulkhead.js'
import type { DeadLetterSettings } from '../policies/dead-letter.js'
import { DEADLINE_DEFAULTS, type DeadlineSettings } from '../policies/deadline.js'
import type { FallbackSettings } from '../policies/fallback.js'
import type { HedgeSettings } from '../policies/hedge-settings.js'
import type { PolicyName } from '../policies/order.js'
import { RETRY_DEFAULTS, type RetrySettings } from '../policies/retry-settings.js'
import type { TimeoutSettings } from '../policies/timeout.js'
import { jsonCodec, type Codec } from '../transport/payload.js'
import type { IdempotencyKeySettings } from './idempotency-key.js'
import type { FailoverPlan } from './failover.js'
import type { StandardSchema } from './standard-schema.js'
import type { Target } from './target.js'

/** A policy of the user's own, and where it stands. */
export interface Use {
  readonly policy: Policy
  readonly side: 'before' | 'after'
  readonly place: PolicyName
}

/** Everything that is settled about calls to one target: frozen, every time in ms. */
export interface Plan {
  readonly target: Target
  readonly deadLetter: DeadLetterSettings | false
  readonly fallback: FallbackSettings | false
  readonly deadline: DeadlineSettings | false
  readonly failover: FailoverPlan | false
  readonly bulkhead: BulkheadSettings | false
  readonly retry: RetrySettings | false
  readonly adaptive: LimiterSettings | false
  readonly circuitBreaker: CircuitSettings | false
  readonly hedge: HedgeSettings | false
  readonly timeout: TimeoutSettings | false
  /** By key only where the function itself is the one that knows a repeat. */
  readonly idempotent: boolean | 'by key'
  readonly idempotencyKey: IdempotencyKeySettings | undefined
  readonly logs: boolean
  readonly clientContext: Readonly<Record<string, unknown>> | undefined
  /** Whether the function is told how long somebody waits, and which attempt it is. */
  readonly forward: boolean
  readonly codec: Codec
  readonly input: StandardSchema | undefined
  readonly output: StandardSchema | undefined
  readonly observers: readonly Observer[]
  readonly uses: readonly Use[]
}

/** The plan of a target for which nothing was set: safe as it is. */
export function defaultPlan(target: Target): Plan {
  return Object.freeze({
    target,
    deadLetter: false,
    fallback: false,
    deadline: DEADLINE_DEFAULTS,
    failover: false,
    bulkhead: BULKHEAD_DEFAULTS,
    retry: RETRY_DEFAULTS,
    adaptive: false,
    circuitBreaker: BREAKER_DEFAULTS,
    hedge: false,
    timeout: false,
    idempotent: false,
    idempotencyKey: undefined,
    logs: false,
    clientContext: undefined,
    forward: false,
    codec: jsonCodec,
    input: undefined,
    output: undefined,
    observers: [],
    uses: [],
  })
}
