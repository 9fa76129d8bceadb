import type { Refusal } from './exchange.js'

/**
 * What is answered to requests that no function is asked for, by its reason: what clients, the log's readers and `explain`
 * are told.
 *
 * Source: Application Load Balancer, "Troubleshoot your load balancers", HTTP errors, and "Access logs", error reason
 * codes. Reasons that it does not know have names of their own.
 */
export const REFUSED_REQUESTS = {
  BadRequest: [400, 'What came is no HTTP request.'],
  BadRequestTarget: [400, 'The request has no path.'],
  BadHost: [400, 'The request names no host, or several.'],
  BadTransferCoding: [400, 'The body has another transfer coding than chunked, or one in HTTP/1.0.'],
  BadRequestBody: [400, 'The body of the request broke off.'],
  HeadersTooLarge: [400, 'A header has more than 16 KB, or all of them together more than 64 KB.'],
  LambdaBadRequest: [400, 'The headers of the request are not UTF-8.'],
  LambdaWebsocketNotSupported: [400, 'The request asks for a WebSocket.'],
  NoRoute: [404, 'Nothing is served at this host and path.'],
  MethodNotAllowed: [405, 'The method is TRACE or CONNECT.'],
  RequestTimeout: [408, 'The request took too long to arrive.'],
  UriTooLong: [414, 'Path and query have more than 16 KB together.'],
  TooManyForwardedAddresses: [463, 'X-Forwarded-For has more than 30 addresses.'],
  TargetUnhealthy: [503, 'The service fails its health checks.'],
  HttpVersionNotSupported: [505, 'The request is not HTTP/1.1.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>

/** Why no function is asked for a request. */
export type RefusedReason = keyof typeof REFUSED_REQUESTS

/** The answer in a function's place. */
export function refusalFor(reason: RefusedReason): Refusal {
  const [status, message] = REFUSED_REQUESTS[reason]
  return { status, reason, message }
}
