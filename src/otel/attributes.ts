import type { Attributes } from '@opentelemetry/api'
import type { CallEvent, CallEventHead } from '../core/events.js'
import type { Failure } from '../failures/failure.js'

/**
 * The names of all attributes.
 *
 * Source of those that are not our own: OpenTelemetry semantic conventions 1.44.0, "FaaS spans" (outgoing invocations),
 * "AWS SDK client spans" and "Recording errors".
 */
export const ATTRIBUTES = {
  invokedName: 'faas.invoked_name',
  invokedProvider: 'faas.invoked_provider',
  invokedRegion: 'faas.invoked_region',
  rpcSystem: 'rpc.system',
  rpcService: 'rpc.service',
  rpcMethod: 'rpc.method',
  requestId: 'aws.request_id',
  errorType: 'error.type',
  /** The kind of failure; stands wherever `error.type`, which is the failure's code, does. */
  kind: 'resilient_lambda.kind',
  /** As the caller named it: function and qualifier, or an ARN. */
  target: 'resilient_lambda.target',
  idempotent: 'resilient_lambda.idempotent',
  outcome: 'resilient_lambda.outcome',
  /** Whether the function can have run: in an attempt `no`, `maybe` or `yes`. */
  ran: 'resilient_lambda.ran',
  mayHaveRun: 'resilient_lambda.may_have_run',
  /** The attempt's number on its span and on span events. */
  attempt: 'resilient_lambda.attempt',
  /** How many there were, on a call's span. */
  attempts: 'resilient_lambda.attempts',
  queuedMs: 'resilient_lambda.queued_ms',
  /** Why a retry was refused. */
  reason: 'resilient_lambda.reason',
  /** The target that a failover turned to. */
  to: 'resilient_lambda.to',
  /** The same in words, on span events. */
  why: 'resilient_lambda.why',
  waitMs: 'resilient_lambda.wait_ms',
  state: 'resilient_lambda.state',
  previousState: 'resilient_lambda.previous_state',
  /** What shares the places: `function`, `client` or `account`. */
  scope: 'resilient_lambda.scope',
  inFlight: 'resilient_lambda.in_flight',
  limit: 'resilient_lambda.limit',
  queued: 'resilient_lambda.queued',
  tokens: 'resilient_lambda.tokens',
} as const

/** Whom a call is for. */
export function targetAttributes({ target, invoked }: CallEventHead): Attributes {
  if (!invoked) return { [ATTRIBUTES.target]: target }
  return {
    [ATTRIBUTES.target]: target,
    [ATTRIBUTES.invokedName]: invoked.name,
    [ATTRIBUTES.invokedProvider]: 'aws',
    ...(invoked.region !== undefined && { [ATTRIBUTES.invokedRegion]: invoked.region }),
  }
}

/** What went wrong; nothing where nothing did. */
export function failureAttributes(failure: Failure | undefined): Attributes {
  return failure ? { [ATTRIBUTES.errorType]: failure.code, [ATTRIBUTES.kind]: failure.verdict.kind } : {}
}

/** How a call, an attempt or a fallback ended. */
export function outcomeAttributes(event: {
  readonly ok: boolean
  readonly fallback?: boolean
  readonly failure?: Failure
}): Attributes {
  const answered = event.fallback ? 'fallback' : 'answered'
  return { [ATTRIBUTES.outcome]: event.ok ? answered : 'failed', ...failureAttributes(event.failure) }
}

/** Every event of a call but the starts and ends, which spans show by themselves. */
export type PointEvent = Exclude<CallEvent, { readonly type: `${'call' | 'attempt'}.${'started' | 'ended'}` }>

/** The attributes of a span event. */
export function pointAttributes(event: PointEvent): Attributes {
  switch (event.type) {
    case 'attempt.abandoned':
      return { [ATTRIBUTES.attempt]: event.attempt, ...failureAttributes(event.failure) }
    case 'retry.scheduled':
      return {
        [ATTRIBUTES.attempt]: event.attempt,
        [ATTRIBUTES.waitMs]: event.waitMs,
        [ATTRIBUTES.why]: event.why,
        ...failureAttributes(event.failure),
      }
    case 'retry.refused':
      return {
        [ATTRIBUTES.attempt]: event.attempt,
        [ATTRIBUTES.reason]: event.reason,
        [ATTRIBUTES.why]: event.why,
        ...failureAttributes(event.failure),
      }
    case 'failover.started':
      return {
        [ATTRIBUTES.to]: event.to,
        [ATTRIBUTES.why]: event.why,
        ...failureAttributes(event.failure),
      }
    case 'deadLetter.sent':
      return failureAttributes(event.failure)
    case 'deadLetter.failed':
      return { ...failureAttributes(event.failure), [ATTRIBUTES.why]: event.error.message }
    case 'budget.spent':
      return { [ATTRIBUTES.tokens]: event.tokens }
    case 'hedge.started':
    case 'hedge.won':
      return { [ATTRIBUTES.waitMs]: event.afterMs }
    case 'hedge.refused':
      return { [ATTRIBUTES.reason]: event.reason, [ATTRIBUTES.why]: event.why }
    case 'breaker.state':
      return {
        [ATTRIBUTES.state]: event.state,
        [ATTRIBUTES.previousState]: event.previous,
        [ATTRIBUTES.why]: event.why,
      }
    case 'breaker.refused':
      return { [ATTRIBUTES.state]: event.state, [ATTRIBUTES.waitMs]: event.retryAfterMs }
    case 'bulkhead.queued':
    case 'bulkhead.refused':
    case 'adaptive.queued':
    case 'adaptive.refused':
      return {
        [ATTRIBUTES.scope]: event.scope,
        [ATTRIBUTES.inFlight]: event.inFlight,
        [ATTRIBUTES.queued]: event.queued,
      }
    case 'adaptive.limit':
      return { [ATTRIBUTES.scope]: event.scope, [ATTRIBUTES.limit]: event.to, [ATTRIBUTES.why]: event.why }
    case 'adaptive.pace':
      return { [ATTRIBUTES.scope]: event.scope, [ATTRIBUTES.waitMs]: event.toMs }
    default:
      return outcomeAttributes(event)
  }
}
