import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpHeaders, HttpOrigin } from '../../message.js'
import { authorityOf } from './authority.js'
import type { IncomingRequest, Refusal } from '../exchange.js'
import { isGivenUp } from './turns.js'

/** A request of node:http as it came: nothing in its target and its headers is decoded or made uniform. */
export function incomingOf(
  request: IncomingMessage,
  signal: AbortSignal,
  beforeBody: () => void = () => {},
): IncomingRequest {
  const { method = '', url = '', rawHeaders, socket, httpVersion } = request
  const { authority, target } = resolved(url)
  const queryAt = target.indexOf('?')
  return {
    method,
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: queryAt < 0 ? '' : target.slice(queryAt + 1),
    headers: withHost(pairsOf(rawHeaders), authority ?? hostOfOldClient(request)),
    body: hasBody(request) ? bodyOf(request, beforeBody) : undefined,
    origin: originOf(socket),
    id: randomUUID(),
    receivedMs: Date.now(),
    signal,
    httpVersion,
  }
}

/** What came on a connection and is no request. */
export function malformedFrom(socket: Socket, malformed: Refusal): IncomingRequest {
  return {
    method: '',
    path: '',
    query: '',
    headers: [],
    body: undefined,
    origin: originOf(socket),
    id: randomUUID(),
    receivedMs: Date.now(),
    signal: new AbortController().signal,
    malformed,
  }
}

/**
 * An absolute target, as clients send it to proxies, in its two parts; others stay as they are. One with a user name in
 * it stays too, and so has no path: credentials are for nobody behind the front door. Source: RFC 9112, section 3.2.2.
 */
function resolved(url: string): { readonly authority?: string; readonly target: string } {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#@]+)((?:[/?#].*)?)$/is.exec(url) ?? []
  if (authority === undefined) return { target: url }
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` }
}

/** HTTP/1.0 need not name a host: then it is the address that was called. */
function hostOfOldClient({ httpVersion, headers, socket }: IncomingMessage): string | undefined {
  if (httpVersion !== '1.0' || headers.host !== undefined) return undefined
  return authorityOf(withoutMapping(socket.localAddress), socket.localPort ?? 80)
}

/** The host of the target counts, whatever the header says. */
function withHost(headers: HttpHeaders, host: string | undefined): HttpHeaders {
  if (host === undefined) return headers
  return [['host', host], ...headers.filter(([name]) => name.toLowerCase() !== 'host')]
}

/** Node has names and values in one list. */
function pairsOf(rawHeaders: readonly string[]): HttpHeaders {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []))
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

async function* bodyOf(request: IncomingMessage, beforeBody: () => void): AsyncGenerator<Uint8Array> {
  beforeBody()
  for await (const chunk of request as AsyncIterable<Uint8Array>) yield chunk
  if (isGivenUp(request)) throw new Error('The request was answered before its body was there.')
}

function originOf(socket: Socket & { readonly encrypted?: boolean }): HttpOrigin {
  const secure = socket.encrypted === true
  return {
    address: withoutMapping(socket.remoteAddress),
    protocol: secure ? 'https' : 'http',
    port: socket.localPort ?? (secure ? 443 : 80),
  }
}

/** A server that listens on both sees IPv4 as a part of IPv6; a Unix socket has no address at all. */
function withoutMapping(address = '0.0.0.0'): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
