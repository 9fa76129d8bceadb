import { CATALOGUE, type FailureCode } from '../failures/catalogue.js'
import { InvokeError } from '../failures/error.js'
import { failure } from '../failures/failure.js'
import { refusalOf } from '../http/server/reasons.js'

/** What is answered in place of a function, and why, as the log says it. */
export interface GatewayReason {
  readonly status: number
  readonly reason: string
}

/** Answers of the function's own, which are passed on as they are. */
const ANSWERED: ReadonlySet<string> = new Set<FailureCode>([
  'HttpTooManyRequests',
  'HttpBadGateway',
  'HttpServiceUnavailable',
  'HttpGatewayTimeout',
  'HttpErrorStatus',
])

type Line = readonly [status: number | 'any', why: string]

/** Reasons to answer without a failed call: requests that are not passed on, and answers from elsewhere. */
export const REFUSALS: Readonly<Record<string, Line>> = {
  BadRequest: [400, 'What came is no HTTP request.'],
  BadRequestTarget: [400, 'The request has no path.'],
  BadHost: [400, 'The request names no host, or several.'],
  BadTransferCoding: [400, 'The body has another transfer coding than chunked, or one in HTTP/1.0.'],
  BadRequestBody: [400, 'The body of the request broke off.'],
  HeadersTooLarge: [400, 'A header has more than 16 KB, or all of them together more than 64 KB.'],
  LambdaBadRequest: [400, 'The headers of the request are not UTF-8.'],
  LambdaWebsocketNotSupported: [400, 'The request asks for a WebSocket.'],
  NoRoute: [404, 'No route has the host and the path of the request.'],
  MethodNotAllowed: [405, 'The method is TRACE or CONNECT.'],
  RequestTimeout: [408, 'The request took too long to arrive.'],
  UriTooLong: [414, 'Path and query have more than 16 KB together.'],
  TooManyForwardedAddresses: [463, 'X-Forwarded-For has more than 30 addresses.'],
  TargetUnhealthy: [503, 'The function fails its health checks.'],
  HttpVersionNotSupported: [505, 'The request is not HTTP/1.1.'],
  Fallback: ['any', 'The call failed, and its fallback has answered.'],
}

const CODES = Object.keys(CATALOGUE) as readonly FailureCode[]

/** What is answered where a call fails with this code; undefined where the function's own answer is passed on. */
export function reasonOf(code: FailureCode): GatewayReason | undefined {
  if (ANSWERED.has(code)) return undefined
  return refusalOf(new InvokeError(failure(code), { target: '', attempts: [], elapsedMs: 0 }))
}

/** All reasons in the log, each with what leads to it, status by status. */
export function reasons(): ReadonlyMap<string, readonly Line[]> {
  const all = new Map(Object.entries(REFUSALS).map(([reason, line]) => [reason, [line]]))
  for (const [reason, byStatus] of codesByReason()) {
    const lines = [...byStatus].map(([status, codes]): Line => [status, codes.join(', ')])
    all.set(reason, [...(all.get(reason) ?? []), ...lines.toSorted(([a], [b]) => Number(a) - Number(b))])
  }
  return all
}

function codesByReason(): ReadonlyMap<string, ReadonlyMap<number, readonly string[]>> {
  const found = new Map<string, Map<number, string[]>>()
  for (const code of CODES) {
    const answer = reasonOf(code)
    if (!answer) continue
    const byStatus = found.get(answer.reason) ?? new Map<number, string[]>()
    byStatus.set(answer.status, [...(byStatus.get(answer.status) ?? []), code])
    found.set(answer.reason, byStatus)
  }
  return found
}
