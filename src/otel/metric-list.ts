import { ATTRIBUTES } from './attributes.js'

/** A metric, as a backend shows it. */
export interface Metric {
  readonly name: string
  readonly instrument: 'counter' | 'histogram' | 'gauge'
  /** In UCUM, as OpenTelemetry writes units. */
  readonly unit: string
  readonly description: string
  /** Beside those of the target, which all metrics have. */
  readonly attributes: readonly string[]
  /** The upper bounds that a histogram's buckets should have. */
  readonly buckets?: readonly number[]
}

/** In seconds: from a warm function's few ms to the 15 minutes that Lambda allows. */
const BUCKETS = Object.freeze([
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900,
])

const FAILURE = [ATTRIBUTES.errorType, ATTRIBUTES.kind]
const ENDING = [ATTRIBUTES.outcome, ...FAILURE]

/**
 * All metrics.
 *
 * | name | instrument | unit | what it tells |
 * | --- | --- | --- | --- |
 * | `resilient_lambda.calls` | counter | `{call}` | Calls that have ended, by how. |
 * | `resilient_lambda.call.duration` | histogram | `s` | Duration of calls, with all waits and attempts. |
 * | `resilient_lambda.attempts` | counter | `{attempt}` | Requests to the function that have ended, by how. |
 * | `resilient_lambda.attempt.duration` | histogram | `s` | Duration of single attempts. |
 * | `resilient_lambda.abandoned_attempts` | counter | `{attempt}` | Attempts let go while the function may still have been running. |
 * | `resilient_lambda.retries` | counter | `{retry}` | Retries that were scheduled, by the failure before. |
 * | `resilient_lambda.refused_retries` | counter | `{retry}` | Retries that were refused, by reason. |
 * | `resilient_lambda.failovers` | counter | `{failover}` | Turns to another target, by the failure before. |
 * | `resilient_lambda.dead_letters` | counter | `{letter}` | Dead letters, by whether the sink took them and by the failure. |
 * | `resilient_lambda.fallbacks` | counter | `{fallback}` | Fallbacks that were asked, by whether they answered. |
 * | `resilient_lambda.queue.duration` | histogram | `s` | Time that calls waited for a place in a bulkhead, of those that waited. |
 * | `resilient_lambda.breaker.state` | gauge | `1` | The circuit's last change of state: 0 closed, 1 half-open, 2 open; absent before the first. |
 *
 * All have `resilient_lambda.target` and, for Lambda functions, `faas.invoked_name`, `faas.invoked_provider` and, where
 * known, `faas.invoked_region`. Tenants are not told apart. No attribute has more values than you have functions or than
 * the catalogue has codes.
 */
export const METRICS = {
  calls: {
    name: 'resilient_lambda.calls',
    instrument: 'counter',
    unit: '{call}',
    description: 'Calls that have ended, by how.',
    attributes: ENDING,
  },
  callDuration: {
    name: 'resilient_lambda.call.duration',
    instrument: 'histogram',
    unit: 's',
    description: 'Duration of calls, with all waits and attempts.',
    attributes: ENDING,
    buckets: BUCKETS,
  },
  attempts: {
    name: 'resilient_lambda.attempts',
    instrument: 'counter',
    unit: '{attempt}',
    description: 'Requests to the function that have ended, by how.',
    attributes: ENDING,
  },
  attemptDuration: {
    name: 'resilient_lambda.attempt.duration',
    instrument: 'histogram',
    unit: 's',
    description: 'Duration of single attempts.',
    attributes: ENDING,
    buckets: BUCKETS,
  },
  abandonedAttempts: {
    name: 'resilient_lambda.abandoned_attempts',
    instrument: 'counter',
    unit: '{attempt}',
    description: 'Attempts let go while the function may still have been running.',
    attributes: FAILURE,
  },
  retries: {
    name: 'resilient_lambda.retries',
    instrument: 'counter',
    unit: '{retry}',
    description: 'Retries that were scheduled, by the failure before.',
    attributes: FAILURE,
  },
  refusedRetries: {
    name: 'resilient_lambda.refused_retries',
    instrument: 'counter',
    unit: '{retry}',
    description: 'Retries that were refused, by reason.',
    attributes: [ATTRIBUTES.reason, ...FAILURE],
  },
  failovers: {
    name: 'resilient_lambda.failovers',
    instrument: 'counter',
    unit: '{failover}',
    description: 'Turns to another target, by the failure before.',
    attributes: FAILURE,
  },
  deadLetters: {
    name: 'resilient_lambda.dead_letters',
    instrument: 'counter',
    unit: '{letter}',
    description: 'Dead letters, by whether the sink took them and by the failure.',
    attributes: ENDING,
  },
  fallbacks: {
    name: 'resilient_lambda.fallbacks',
    instrument: 'counter',
    unit: '{fallback}',
    description: 'Fallbacks that were asked, by whether they answered.',
    attributes: ENDING,
  },
  queueDuration: {
    name: 'resilient_lambda.queue.duration',
    instrument: 'histogram',
    unit: 's',
    description: 'Time that calls waited for a place in a bulkhead, of those that waited.',
    attributes: [],
    buckets: BUCKETS,
  },
  breakerState: {
    name: 'resilient_lambda.breaker.state',
    instrument: 'gauge',
    unit: '1',
    description:
      "The circuit's last change of state: 0 closed, 1 half-open, 2 open; absent before the first.",
    attributes: [],
  },
} as const satisfies Record<string, Metric>
