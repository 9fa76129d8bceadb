import { tokensOf, valuesOf } from './headers.js'
import type { HttpRequest } from './message.js'

/**
 * The request with what a front door adds to it: who sent it, how it came in, and a trace id.
 *
 * The sender's address is appended to the ones before; protocol and port are the front door's own knowledge, and replace
 * what the client claims.
 *
 * Source: Application Load Balancer, "X-Forwarded headers" and "Request tracing".
 */
export function forwarded(request: HttpRequest): HttpRequest {
  const { origin, headers } = request
  const before = tokensOf(headers, 'x-forwarded-for')
  const added: Readonly<Record<string, string>> = {
    'x-forwarded-for': [...before, origin.address].join(', '),
    'x-forwarded-proto': origin.protocol,
    'x-forwarded-port': String(origin.port),
    'x-amzn-trace-id': traceId(valuesOf(headers, 'x-amzn-trace-id').at(-1), request),
  }
  const kept = headers.filter(([name]) => !Object.hasOwn(added, name.toLowerCase()))
  return { ...request, headers: [...kept, ...Object.entries(added)] }
}

/** A trace that has begun goes on under its root; `Self` is where this front door came in. */
function traceId(given: string | undefined, { id, receivedMs }: HttpRequest): string {
  const seconds = Math.floor(receivedMs / 1_000)
    .toString(16)
    .padStart(8, '0')
  const own = `1-${seconds}-${id.replaceAll('-', '').slice(-24)}`
  const fields = (given ?? '')
    .split(';')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  if (!fields.some((field) => /^Root=/i.test(field))) return [`Root=${own}`, ...fields].join(';')
  return [`Self=${own}`, ...fields.filter((field) => !/^Self=/i.test(field))].join(';')
}
