import type { HttpHeaders, HttpReply } from './message.js'

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
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()))
  const dropped = new Set([...HOP_BY_HOP, ...named])
  // No client may take the host away, by which requests are routed and told apart.
  dropped.delete('host')
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()))
}

/**
 * A reply's headers as they go out: with the length that its body has.
 *
 * Only where there is no body to measure, in replies to HEAD and in a 304, the function's own word for it stays.
 */
export function sendableHeaders({ status, headers, body }: HttpReply, method: string): [string, string][] {
  const own = headers.map(([name, value]): [string, string] => [name, value])
  if (method === 'HEAD' || status === 304) return own
  const others = own.filter(([name]) => name.toLowerCase() !== 'content-length')
  return status === 204 ? others : [...others, ['content-length', String(body.byteLength)]]
}
