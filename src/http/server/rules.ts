import { tokensOf, valuesOf } from '../headers.js'
import type { GatewayAnswer, IncomingRequest } from './exchange.js'
import { refuse } from './refusal.js'
import { refusalFor, type RefusedReason } from './refused-requests.js'

type Head = Pick<IncomingRequest, 'method' | 'path' | 'query' | 'headers' | 'httpVersion'>
type Rule = readonly [reason: RefusedReason, isBroken: (head: Head) => boolean]

const MOST_FORWARDED_ADDRESSES = 30
const LONGEST_TARGET_BYTES = 16_384
const LONGEST_HEADER_BYTES = 16_384
const LONGEST_HEAD_BYTES = 65_536
/** The colon, the space and the end of the line, which every header has on the wire. */
const BESIDE_NAME_AND_VALUE_BYTES = 4

/**
 * In the order in which they are applied; the first that refuses answers.
 *
 * Source: Application Load Balancer, "Troubleshoot your load balancers", HTTP errors, and "Quotas", HTTP headers.
 */
const RULES: readonly Rule[] = [
  ['HttpVersionNotSupported', ({ httpVersion = '1.1' }) => !/^1\.[01]$/.test(httpVersion)],
  ['MethodNotAllowed', ({ method }) => method === 'TRACE' || method === 'CONNECT'],
  ['LambdaWebsocketNotSupported', asksForWebsocket],
  ['BadRequestTarget', ({ path }) => !path.startsWith('/')],
  ['BadHost', namesNotOneHost],
  ['BadTransferCoding', hasBadTransferCoding],
  ['TooManyForwardedAddresses', hasTooManyForwardedAddresses],
  ['UriTooLong', ({ path, query }) => path.length + 1 + query.length > LONGEST_TARGET_BYTES],
  ['HeadersTooLarge', hasTooLargeHeaders],
]

/** The answer to a request whose head no load balancer passes on; undefined where it may go on. */
export function refusedHead(head: Head): GatewayAnswer | undefined {
  const broken = RULES.find(([, isBroken]) => isBroken(head))
  return broken && refuse(refusalFor(broken[0]))
}

function asksForWebsocket({ headers }: Head): boolean {
  return tokensOf(headers, 'upgrade').some((token) => token.toLowerCase() === 'websocket')
}

/** Two would let a client be routed by one of them and served as the other. Source: RFC 9112, section 3.2. */
function namesNotOneHost({ headers }: Head): boolean {
  return valuesOf(headers, 'host').length !== 1
}

/**
 * Of others the function would get a body that it cannot read; HTTP/1.0 has none, so nobody can say where the body ends.
 *
 * Source: RFC 9112, section 6.1.
 */
function hasBadTransferCoding({ headers, httpVersion }: Head): boolean {
  const codings = valuesOf(headers, 'transfer-encoding')
  if (codings.length === 0) return false
  const isChunked = codings.every((coding) => coding.trim().toLowerCase() === 'chunked')
  return !isChunked || httpVersion === '1.0'
}

function hasTooManyForwardedAddresses({ headers }: Head): boolean {
  return tokensOf(headers, 'x-forwarded-for').length > MOST_FORWARDED_ADDRESSES
}

function hasTooLargeHeaders({ headers }: Head): boolean {
  const sizes = headers.map(([name, value]) => name.length + value.length + BESIDE_NAME_AND_VALUE_BYTES)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return all > LONGEST_HEAD_BYTES || sizes.some((size) => size > LONGEST_HEADER_BYTES)
}
