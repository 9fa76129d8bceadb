import { observeAttempts, recordAttempts } from '../core/attempt.js'
import type { Observers } from '../core/emitter.js'
import { compose, type Next, type Policy } from '../core/policy.js'
import { pipelineOf } from '../core/run.js'
import { adaptivePolicy } from '../policies/adaptive.js'
import { breakerPolicy } from '../policies/breaker.js'
import { bulkheadPolicy, type BulkheadSettings } from '../policies/bulkhead.js'
import { deadLetterPolicy } from '../policies/dead-letter.js'
import { deadlinePolicy } from '../policies/deadline.js'
import { failoverPolicy } from '../policies/failover.js'
import { fallbackPolicy } from '../policies/fallback.js'
import { hedgePolicy } from '../policies/hedge.js'
import { ORDER, type PolicyName } from '../policies/order.js'
import { retryPolicy } from '../policies/retry.js'
import { timeoutPolicy } from '../policies/timeout.js'
import type { Transport } from '../transport/transport.js'
import { codecPolicy } from './codec-policy.js'
import { keyInRequest } from './idempotency-key.js'
import { otherTargets } from './failover.js'
import { ownPolicy } from './own-policy.js'
import type { Plan } from './plan.js'

/** What a pipeline needs that is not the plan's. */
export interface PipelineParts {
  readonly transport: Transport
  readonly clientBulkhead: BulkheadSettings | false
  readonly observers: Observers
  /** Where functions are whose target does not say. */
  readonly region: string | undefined
}

/** The policies that stand at one place, outermost first. */
type Stand = (plan: Plan, parts: PipelineParts) => readonly (Policy | false)[]

/** Codec and attempt record are no policies, but each has one place where it is right. */
const STANDS: Readonly<Record<PolicyName, Stand>> = {
  deadLetter: ({ deadLetter }) => [deadLetter && deadLetterPolicy(deadLetter)],
  fallback: ({ fallback }) => [fallback && fallbackPolicy(fallback)],
  deadline: ({ deadline }) => [deadline && deadlinePolicy(deadline)],
  failover: (plan, parts) => [failover(plan, parts), codecPolicy(plan)],
  bulkhead: ({ bulkhead }, { clientBulkhead }) => [
    bulkhead && bulkheadPolicy(bulkhead, 'function'),
    clientBulkhead && bulkheadPolicy(clientBulkhead, 'client'),
  ],
  retry: ({ retry }) => [retry && retryPolicy(retry)],
  adaptive: ({ adaptive }) => [adaptive && adaptivePolicy(adaptive)],
  breaker: ({ circuitBreaker }) => [circuitBreaker && breakerPolicy(circuitBreaker)],
  hedge: ({ hedge }) => [hedge && hedgePolicy(hedge)],
  timeout: ({ timeout }, { observers }) => [
    recordAttempts,
    observers.around ? observeAttempts(observers.around) : false,
    timeout && timeoutPolicy(timeout),
  ],
}

/** A plan made to run: the policies in their order around the transport. */
export function buildPipeline(plan: Plan, parts: PipelineParts): Next {
  return pipelineOf(policiesAt(ORDER, plan, parts), request(plan, parts.transport), parts.observers)
}

function policiesAt(places: readonly PolicyName[], plan: Plan, parts: PipelineParts): Policy[] {
  return places.flatMap((place) => [
    ...usesAt(plan, place, 'before'),
    ...STANDS[place](plan, parts).filter((policy) => policy !== false),
    ...usesAt(plan, place, 'after'),
  ])
}

function failover(plan: Plan, parts: PipelineParts): Policy | false {
  if (!plan.failover) return false
  return failoverPolicy({
    others: otherTargets(plan, parts, buildInside),
    withinMs: plan.failover.withinMs,
  })
}

/** What belongs to one target: the codec and everything further in. */
function buildInside(plan: Plan, parts: PipelineParts): Next {
  const inside = ORDER.slice(ORDER.indexOf('failover') + 1)
  const policies = [
    codecPolicy(plan),
    ...usesAt(plan, 'failover', 'after'),
    ...policiesAt(inside, plan, parts),
  ]
  return compose(policies, request(plan, parts.transport))
}

function usesAt({ uses }: Plan, place: PolicyName, side: 'before' | 'after'): Policy[] {
  return uses.filter((use) => use.place === place && use.side === side).map((use) => ownPolicy(use.policy))
}

function request({ target, clientContext, idempotencyKey, forward, logs }: Plan, transport: Transport): Next {
  const { functionName, qualifier, tenantId, region } = target
  return (call, context) => {
    const { payload, idempotencyKey: key } = call
    const body = payload as Uint8Array | undefined
    const plain = { functionName, qualifier, tenantId, region, clientContext, forward, logTail: logs, body }
    if (!idempotencyKey || key === undefined) return transport(plain, context)
    return transport({ ...plain, ...keyInRequest(idempotencyKey, key, clientContext) }, context)
  }
}
