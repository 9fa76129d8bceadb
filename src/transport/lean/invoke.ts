import type { Context } from '../../core/call.js'
import { clientContextOf } from '../client-context.js'
import { putAttemptHeaders } from '../request-headers.js'
import type { InvokeRequest } from '../transport.js'

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
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    'user-agent': userAgent,
  }
  if (body) headers['content-length'] = String(body.byteLength)
  const clientContext = clientContextOf(request, context)
  if (clientContext !== undefined) headers['x-amz-client-context'] = clientContext
  if (logTail) headers['x-amz-log-type'] = 'Tail'
  putLambdasTrace(headers)
  putAttemptHeaders(headers, attemptNumber, request, context.carrier)
  return {
    path: `/2015-03-31/functions/${encoded(functionName)}/invocations`,
    query: qualifier === undefined ? '' : `Qualifier=${encoded(qualifier)}`,
    headers,
  }
}

/** All but what RFC 3986 calls unreserved: encodeURIComponent leaves five more. */
function encoded(text: string): string {
  if (/^[\w.~-]+$/.test(text)) return text
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** What Lambda's runtime for Node keeps of the invocation under way, where it does. */
interface InvokeStore {
  getXRayTraceId?(): unknown
  getTraceparent?(): unknown
  getTracestate?(): unknown
  getBaggage?(): unknown
}

interface LambdaGlobal {
  readonly awslambda?: { readonly InvokeStore?: InvokeStore }
}

/** Inside of a function, its own trace goes on; by it Lambda also finds functions that call themselves. */
function putLambdasTrace(headers: Record<string, string>): void {
  const { AWS_LAMBDA_FUNCTION_NAME: inside, _X_AMZN_TRACE_ID: fromEnvironment } = process.env
  if (!inside) return
  const store = (globalThis as LambdaGlobal).awslambda?.InvokeStore
  put('x-amzn-trace-id', store?.getXRayTraceId?.() ?? fromEnvironment)
  const traceparent = store?.getTraceparent?.()
  if (!traceparent) return
  put('traceparent', traceparent)
  put('tracestate', store?.getTracestate?.())
  put('baggage', store?.getBaggage?.())

  function put(name: string, value: unknown): void {
    if (typeof value === 'string' && value !== '') headers[name] = value
  }
}
