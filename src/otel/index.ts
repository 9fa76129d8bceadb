import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import type { Observer } from '../core/events.js'
import { flag, InvalidSettingError, shape, type Parse } from '../core/settings.js'
import { VERSION } from '../version.js'
import { CallMetrics } from './metrics.js'
import { CallSpans } from './spans.js'

export { METRICS, type Metric } from './metric-list.js'

/** What `openTelemetry()` takes. */
export interface OpenTelemetryOptions {
  /** @defaultValue the global one */
  readonly tracerProvider?: TracerProvider
  /** @defaultValue the one that is global when the first call is made */
  readonly meterProvider?: MeterProvider
  /**
   * Whether the trace context travels to the function, by the global propagator: as HTTP headers, and in the `custom`
   * part of `context.clientContext`, where a handler can read it.
   *
   * @defaultValue true
   */
  readonly propagation?: boolean
}

const NAME = 'resilient-lambda'

const options = shape({
  tracerProvider: providerWith<TracerProvider>('getTracer'),
  meterProvider: providerWith<MeterProvider>('getMeter'),
  propagation: flag,
})

/**
 * Watches calls with OpenTelemetry: one span for each call with a child for each attempt, and the metrics of `METRICS`.
 *
 * Both spans are active while what is inside runs, so that the spans of HTTP instrumentation, of your policies and of
 * another function called as a fallback are their children. What happens between attempts (a retry and its wait, a
 * refusal, a change of the circuit) stands on the call's span as span events.
 *
 * @example
 * ```ts
 * const lambda = createInvoker({ observers: [openTelemetry()] })
 * ```
 *
 * @throws {InvalidSettingError} when an option is unknown or wrong
 */
export function openTelemetry(given: OpenTelemetryOptions = {}): Observer {
  const {
    tracerProvider = trace,
    meterProvider = metrics,
    propagation = true,
  } = options(given, 'openTelemetry')
  const spans = new CallSpans(tracerProvider.getTracer(NAME, VERSION), propagation)
  // The metrics API forgets who asked before the SDK was there, while the tracing API does not.
  const measures = new CallMetrics(() => meterProvider.getMeter(NAME, VERSION))
  return {
    event(event) {
      try {
        spans.event(event)
      } finally {
        measures.event(event)
      }
    },
    around: (scope, run) => spans.around(scope, run),
  }
}

function providerWith<Provider>(method: 'getTracer' | 'getMeter'): Parse<Provider> {
  return function parseProvider(given, path) {
    if (typeof (given as Partial<Record<typeof method, unknown>> | null)?.[method] === 'function')
      return given as Provider
    throw new InvalidSettingError(path, given, `an OpenTelemetry provider, with ${method}()`)
  }
}
