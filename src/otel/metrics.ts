import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api'
import type { CallEvent, CircuitState } from '../core/events.js'
import { ATTRIBUTES, failureAttributes, outcomeAttributes, targetAttributes } from './attributes.js'
import { METRICS, type Metric } from './metric-list.js'

/** 2 is worst, so that an alarm can be set on a maximum. */
const STATES: Readonly<Record<CircuitState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Turns events into metrics. It remembers nothing: what is known of a call comes with each of its events. */
export class CallMetrics {
  readonly #meter: () => Meter
  #instruments: Instruments | undefined

  constructor(meter: () => Meter) {
    this.#meter = meter
  }

  event(event: CallEvent): void {
    const to = (this.#instruments ??= instrumentsOf(this.#meter()))
    switch (event.type) {
      case 'call.ended': {
        const attributes = about(event, outcomeAttributes(event))
        to.calls.add(1, attributes)
        to.callDuration.record(seconds(event.durationMs), attributes)
        if (event.queuedMs > 0) to.queueDuration.record(seconds(event.queuedMs), about(event))
        return
      }
      case 'attempt.ended': {
        const attributes = about(event, outcomeAttributes(event))
        to.attempts.add(1, attributes)
        to.attemptDuration.record(seconds(event.durationMs), attributes)
        return
      }
      case 'attempt.abandoned':
        return to.abandonedAttempts.add(1, about(event, failureAttributes(event.failure)))
      case 'retry.scheduled':
        return to.retries.add(1, about(event, failureAttributes(event.failure)))
      case 'retry.refused': {
        const reason = { [ATTRIBUTES.reason]: event.reason }
        return to.refusedRetries.add(1, about(event, { ...reason, ...failureAttributes(event.failure) }))
      }
      case 'failover.started':
        return to.failovers.add(1, about(event, failureAttributes(event.failure)))
      case 'deadLetter.sent':
      case 'deadLetter.failed': {
        const outcome = { [ATTRIBUTES.outcome]: event.type === 'deadLetter.sent' ? 'sent' : 'failed' }
        return to.deadLetters.add(1, about(event, { ...outcome, ...failureAttributes(event.failure) }))
      }
      case 'fallback.used':
        return to.fallbacks.add(1, about(event, outcomeAttributes(event)))
      case 'breaker.state':
        return to.breakerState.record(STATES[event.state], about(event))
    }
  }
}

function about(event: CallEvent, more?: Attributes): Attributes {
  return { ...targetAttributes(event), ...more }
}

function seconds(ms: number): number {
  return ms / 1_000
}

type Instruments = ReturnType<typeof instrumentsOf>

// oxlint-disable-next-line typescript/explicit-function-return-type
function instrumentsOf(meter: Meter) {
  const counter = (metric: Metric): Counter => meter.createCounter(metric.name, metric)
  const gauge = (metric: Metric): Gauge => meter.createGauge(metric.name, metric)
  const histogram = ({ buckets = [], ...metric }: Metric): Histogram =>
    meter.createHistogram(metric.name, { ...metric, advice: { explicitBucketBoundaries: [...buckets] } })
  return {
    calls: counter(METRICS.calls),
    callDuration: histogram(METRICS.callDuration),
    attempts: counter(METRICS.attempts),
    attemptDuration: histogram(METRICS.attemptDuration),
    abandonedAttempts: counter(METRICS.abandonedAttempts),
    retries: counter(METRICS.retries),
    refusedRetries: counter(METRICS.refusedRetries),
    failovers: counter(METRICS.failovers),
    deadLetters: counter(METRICS.deadLetters),
    fallbacks: counter(METRICS.fallbacks),
    queueDuration: histogram(METRICS.queueDuration),
    breakerState: gauge(METRICS.breakerState),
  }
}
