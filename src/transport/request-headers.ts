import { randomUUID } from 'node:crypto'
import type { InvokeRequest } from './transport.js'
import { INVOCATION_ID_HEADER } from './written.js'

type Headers = Record<string, string>
type Carrier = Readonly<Record<string, string>> | undefined

/** Headers that carry trace context; Lambda hands the last on to the function as its own. */
const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage', 'x-amzn-trace-id']

/** Puts what belongs to one attempt onto its request; the invocation id by which it can be found again. */
export function putAttemptHeaders(
  headers: Headers,
  attemptNumber: number,
  { tenantId, durableExecutionName }: Pick<InvokeRequest, 'tenantId' | 'durableExecutionName'>,
  carrier: Carrier,
): string {
  const invocationId = randomUUID()
  headers[INVOCATION_ID_HEADER] = invocationId
  headers['amz-sdk-request'] = `attempt=${attemptNumber}`
  // Clients from before tenant isolation and durable functions do not know these and would drop them in silence.
  if (tenantId !== undefined) headers['x-amz-tenant-id'] = tenantId
  if (durableExecutionName !== undefined) headers['x-amz-durable-execution-name'] = durableExecutionName
  if (carrier) putTrace(headers, carrier)
  return invocationId
}

function putTrace(headers: Headers, carrier: NonNullable<Carrier>): void {
  for (const name of TRACE_HEADERS) {
    const value = carrier[name]
    if (isHeaderValue(value)) headers[name] ??= value
  }
}

/** What an observer puts into the carrier must not break the request. */
function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\x20-\x7e]+$/.test(value)
}
