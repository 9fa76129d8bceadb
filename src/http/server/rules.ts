import { tokensOf, valuesOf } from '../headers.js'
import type { GatewayAnswer, IncomingRequest, Refusal } from './exchange.js'
import { refuse } from './refusal.js'

type Head = Pick<IncomingRequest, 'method' | 'path' | 'query' | 'headers' | 'httpVersion'>
type Rule = (head: Head) => Refusal | undefined

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
  otherVersion,
  methodNotPassedOn,
  websocket,
  targetWithoutPath,
  notOneHost,
  badTransferCoding,
  tooManyForwardedAddresses,
  targetTooLong,
  headersTooLarge,
]

/** The answer to a request whose head no load balancer passes on; undefined where it may go on. */
export function refusedHead(head: Head): GatewayAnswer | undefined {
  for (const rule of RULES) {
    const refusal = rule(head)
    if (refusal) return refuse(refusal)
  }
  return undefined
}

function otherVersion({ httpVersion = '1.1' }: Head): Refusal | undefined {
  if (/^1\.[01]$/.test(httpVersion)) return undefined
  return { status: 505, reason: 'HttpVersionNotSupported', message: 'Only HTTP/1.1 is supported.' }
}

function methodNotPassedOn({ method }: Head): Refusal | undefined {
  if (method !== 'TRACE' && method !== 'CONNECT') return undefined
  return { status: 405, reason: 'MethodNotAllowed', message: `${method} is not supported.` }
}

function websocket({ headers }: Head): Refusal | undefined {
  if (!tokensOf(headers, 'upgrade').some((token) => token.toLowerCase() === 'websocket')) return undefined
  return { status: 400, reason: 'LambdaWebsocketNotSupported', message: 'WebSockets are not supported.' }
}

function targetWithoutPath({ path }: Head): Refusal | undefined {
  if (path.startsWith('/')) return undefined
  return { status: 400, reason: 'BadRequestTarget', message: 'The request has no path.' }
}

/** Two would let a client be routed by one of them and served as the other. Source: RFC 9112, section 3.2. */
function notOneHost({ headers }: Head): Refusal | undefined {
  if (valuesOf(headers, 'host').length === 1) return undefined
  return { status: 400, reason: 'BadHost', message: 'The request must name one host.' }
}

/**
 * Of others the function would get a body that it cannot read; HTTP/1.0 has none, so nobody can say where the body ends.
 *
 * Source: RFC 9112, section 6.1.
 */
function badTransferCoding({ headers, httpVersion }: Head): Refusal | undefined {
  const codings = valuesOf(headers, 'transfer-encoding')
  if (codings.length === 0) return undefined
  const isChunked = codings.every((coding) => coding.trim().toLowerCase() === 'chunked')
  if (isChunked && httpVersion !== '1.0') return undefined
  const message = 'The only transfer coding is chunked, in HTTP/1.1.'
  return { status: 400, reason: 'BadTransferCoding', message }
}

function tooManyForwardedAddresses({ headers }: Head): Refusal | undefined {
  if (tokensOf(headers, 'x-forwarded-for').length <= MOST_FORWARDED_ADDRESSES) return undefined
  const message = `X-Forwarded-For has more than ${MOST_FORWARDED_ADDRESSES} addresses.`
  return { status: 463, reason: 'TooManyForwardedAddresses', message }
}

function targetTooLong({ path, query }: Head): Refusal | undefined {
  if (path.length + 1 + query.length <= LONGEST_TARGET_BYTES) return undefined
  return { status: 414, reason: 'UriTooLong', message: 'The URL is too long.' }
}

function headersTooLarge({ headers }: Head): Refusal | undefined {
  const sizes = headers.map(([name, value]) => name.length + value.length + BESIDE_NAME_AND_VALUE_BYTES)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all <= LONGEST_HEAD_BYTES && sizes.every((size) => size <= LONGEST_HEADER_BYTES)) return undefined
  return { status: 400, reason: 'HeadersTooLarge', message: 'The headers of the request are too large.' }
}
