// A span for each call with a child for each attempt, and metrics: an observer like any other.
// #region otel
import { createInvoker } from 'resilient-lambda'
import { openTelemetry } from 'resilient-lambda/otel'

const lambda = createInvoker({ observers: [openTelemetry()] })
// #endregion otel
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// A service's own set-up exports its spans; here they are kept to be shown.
const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)

await lambda('quote').invoke({ sku: 'A1' })

for (const { name, attributes, parentSpanContext } of exporter.getFinishedSpans()) {
  console.log(parentSpanContext ? '  child:' : 'call:', name, attributes['error.type'] ?? 'answered')
}
