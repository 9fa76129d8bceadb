/** What a Lambda runtime keeps for each invocation; absent outside Lambda, its parts in older runtimes. */
interface InvokeStore {
  getXRayTraceId?(): string | undefined
  getTraceparent?(): string | undefined
  getTracestate?(): string | undefined
  getBaggage?(): string | undefined
}

interface RuntimeGlobals {
  readonly awslambda?: { readonly InvokeStore?: InvokeStore }
}

/**
 * The trace context of the invocation that this code runs in, as the SDK passes it on; Lambda finds recursive loops by
 * it. Empty outside Lambda. They are for requests without such headers of their own.
 *
 * Source: the AWS SDK's recursionDetectionMiddleware.
 */
export function traceHeaders(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const store = (globalThis as RuntimeGlobals).awslambda?.InvokeStore
  const headers: Record<string, string> = {}
  if (env['AWS_LAMBDA_FUNCTION_NAME']) {
    // An environment that runs several invocations at a time has no trace of its own.
    const traceId = store?.getXRayTraceId?.() ?? env['_X_AMZN_TRACE_ID']
    if (traceId) headers['x-amzn-trace-id'] = traceId
  }
  const traceparent = store?.getTraceparent?.()
  if (!traceparent) return headers
  headers['traceparent'] = traceparent
  const tracestate = store?.getTracestate?.()
  if (tracestate) headers['tracestate'] = tracestate
  const baggage = store?.getBaggage?.()
  if (baggage) headers['baggage'] = baggage
  return headers
}
