import type { Context } from '../../core/call.js'
import { clientContextOf } from '../client-context.js'
import { putAttemptHeaders } from '../request-headers.js'
import type { InvokeRequest } from '../transport.js'
import { traceHeaders } from './trace-headers.js'

/** What an Invoke is over HTTP, without the signature. */
export interface InvokeHead {
  /** Percent-encoded, with a leading slash. */
  readonly path: string
  /** Without a question mark; '' for none. */
  readonly query: string
  /** By lower-case name. */
  readonly headers: Record<string, string>
}

/** Source: Lambda API reference, Invoke. */
export function headOf(
  request: InvokeRequest,
  context: Context,
  attemptNumber: number,
  userAgent: string,
): InvokeHead {
  const { functionName, qualifier, body, logTail } = request
  const { 'x-amzn-trace-id': traceId, ...trace } = traceHeaders()
  const headers: Record<string, string> = trace
  headers['content-type'] = 'application/octet-stream'
  headers['user-agent'] = userAgent
  if (body) headers['content-length'] = String(body.byteLength)
  const clientContext = clientContextOf(request, context)
  if (clientContext !== undefined) headers['x-amz-client-context'] = clientContext
  if (logTail) headers['x-amz-log-type'] = 'Tail'
  putAttemptHeaders(headers, attemptNumber, request, context.carrier)
  // One that an observer made goes before the environment's; the other trace headers are the client's to set.
  if (traceId !== undefined) headers['x-amzn-trace-id'] ??= traceId
  return {
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    query: qualifier === undefined ? '' : `Qualifier=${encodeURIComponent(qualifier)}`,
    headers,
  }
}
