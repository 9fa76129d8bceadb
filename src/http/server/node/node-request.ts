import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { addAbortSignal, finished, PassThrough } from 'node:stream'
import { valuesOf } from '../../headers.js'
import type { HttpHeaders, HttpOrigin } from '../../message.js'
import { authorityOf } from './authority.js'
import type { IncomingRequest, Refusal } from '../exchange.js'

/** A request of node:http as it came: nothing in its target and its headers is decoded or made uniform. */
export function incomingOf(
  request: IncomingMessage,
  signal: AbortSignal,
  beforeBody: () => void = () => {},
): IncomingRequest {
  const { method = '', url = '', socket, httpVersion } = request
  const { authority, target } = resolved(url)
  const queryAt = target.indexOf('?')
  return {
    method,
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: queryAt < 0 ? '' : target.slice(queryAt + 1),
    headers: headersOf(request, authority),
    body: hasBody(request) ? bodyOf(request, signal, beforeBody) : undefined,
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

/** The host of the target counts, if the header names one too, as it must; HTTP/1.0 need not name any. */
function headersOf(request: IncomingMessage, authority: string | undefined): HttpHeaders {
  const headers = pairsOf(request.rawHeaders)
  const named = valuesOf(headers, 'host').length
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host')
  if (named === 1 && authority !== undefined) return [['host', authority], ...others]
  if (named === 0 && request.httpVersion === '1.0')
    return [['host', authority ?? calledAt(request)], ...others]
  return headers
}

function calledAt({ socket }: IncomingMessage): string {
  return authorityOf(withoutMapping(socket.localAddress), socket.localPort ?? 80)
}

/** Node has names and values in one list. */
function pairsOf(rawHeaders: readonly string[]): HttpHeaders {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []))
}

/** Whether a request comes with a body, be it an empty one in chunks. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

async function* bodyOf(
  request: IncomingMessage,
  signal: AbortSignal,
  beforeBody: () => void,
): AsyncGenerator<Uint8Array> {
  if (!signal.aborted) beforeBody()
  // Apart from the request, which would take its connection with it when it is not read to its end.
  const body = addAbortSignal(signal, new PassThrough())
  finished(request, (error) => error && body.destroy(error))
  yield* request.pipe(body) as AsyncIterable<Uint8Array>
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
