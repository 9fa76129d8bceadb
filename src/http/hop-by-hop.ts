import { tokensOf } from './headers.js'
import type { HttpHeaders } from './message.js'

/** Source: RFC 9110, section 7.6.1, and RFC 2616, section 13.5.1. They speak of one connection, and end with it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers without those that concern one connection, the ones that `Connection` names included. */
export function withoutHopByHop(headers: HttpHeaders): HttpHeaders {
  const named = new Set(tokensOf(headers, 'connection').map((token) => token.toLowerCase()))
  // No client may take the host away, by which requests are routed and told apart.
  named.delete('host')
  return headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
}
