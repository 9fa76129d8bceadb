import { VERSION } from '../../version.js'
import type { HttpHeaders, HttpRequest } from '../message.js'
import { withoutHopByHop } from '../hop-by-hop.js'
import { headOf } from '../web-request.js'

/** Whoever calls sits in this process. */
const ADDRESS = '127.0.0.1'

/** What fetch sends by itself. */
const DEFAULTS: HttpHeaders = [
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, deflate, br'],
  ['user-agent', `resilient-lambda/${VERSION}`],
]

/** Source: Fetch standard, "HTTP-network-or-cache fetch"; PATCH as Node's fetch has it. */
const EXPECTED_TO_HAVE_A_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/** A standard Request as it goes out: with the headers that fetch adds. */
export function outgoing(request: Request, body: Uint8Array | undefined): HttpRequest {
  const head = headOf(request, ADDRESS)
  // Node takes a length of the caller's own, which may be wrong.
  const given = withoutHopByHop(head.headers).filter(([name]) => name !== 'content-length')
  const absent = DEFAULTS.filter(([name]) => !request.headers.has(name))
  const length = body?.byteLength ?? (EXPECTED_TO_HAVE_A_BODY.has(head.method) ? 0 : undefined)
  const measured: HttpHeaders = length === undefined ? [] : [['content-length', String(length)]]
  return { ...head, headers: [...given, ...absent, ...measured], body }
}
