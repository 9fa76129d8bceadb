import { context, propagation, type Attributes, type TextMapPropagator } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type MetricData,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { onTestFinished } from 'vitest'

/** Makes contexts active and sends them along, until the test is over. */
export function useContexts(propagator: TextMapPropagator = new W3CTraceContextPropagator()): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  usePropagator(propagator)
  onTestFinished(() => context.disable())
}

export function usePropagator(propagator: TextMapPropagator = new W3CTraceContextPropagator()): void {
  propagation.setGlobalPropagator(propagator)
  onTestFinished(() => propagation.disable())
}

interface Traced {
  readonly tracerProvider: BasicTracerProvider
  /** Every span that has ended, in that order. */
  readonly spans: () => ReadableSpan[]
  /** The only ended span of that name. */
  readonly span: (name: string) => ReadableSpan
}

/** OpenTelemetry's own SDK with its in-memory exporter. */
export function tracing(): Traced {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
  function span(name: string): ReadableSpan {
    const named = spans().filter((one) => one.name === name)
    const [only] = named
    if (only && named.length === 1) return only
    const seen = spans().map((one) => one.name)
    throw new Error(`There are ${named.length} spans '${name}' among: ${seen.join(', ')}.`)
  }
  return { tracerProvider, spans, span }
}

export function parentIdOf(span: ReadableSpan): string | undefined {
  return span.parentSpanContext?.spanId
}

export function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId
}

interface Point {
  readonly attributes: Attributes
  readonly value: unknown
}

interface Measured {
  readonly meterProvider: MeterProvider
  /** All that was measured so far, by the metric's name. */
  readonly collect: () => Promise<ReadonlyMap<string, MetricData>>
  /** The points of one metric; empty when there is none. */
  readonly points: (name: string) => Promise<readonly Point[]>
}

/** The same for metrics. */
export function measuring(): Measured {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => meterProvider.shutdown())
  async function collect(): Promise<ReadonlyMap<string, MetricData>> {
    exporter.reset()
    await reader.forceFlush()
    const scopes = exporter.getMetrics().flatMap((one) => one.scopeMetrics)
    return new Map(scopes.flatMap((scope) => scope.metrics).map((metric) => [metric.descriptor.name, metric]))
  }
  async function points(name: string): Promise<readonly Point[]> {
    const dataPoints: readonly DataPoint<unknown>[] = (await collect()).get(name)?.dataPoints ?? []
    return dataPoints.map(({ attributes, value }) => ({ attributes, value }))
  }
  return { meterProvider, collect, points }
}
