import { request as httpRequest, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { HttpFormat, HttpHeaders, HttpRequest } from 'resilient-lambda/http'
import { forwarded } from '../../../src/http/forwarded.js'
import { sendableHeaders } from '../../../src/http/reply-headers.js'
import { requestWith } from '../support.js'
import { SEEN_HEADER, type Seen } from './apps/answers.js'
import type { Sent } from './table/sent.js'

/** A Lambda function's code. */
export type Handler = (event: object) => Promise<unknown>

/** What came of a request: what the client got, and, of an app that echoes, what the app saw. */
export interface Exchange {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** A character for each byte. */
  readonly body: string
  readonly seen?: Seen
}

/** They tell of the connection or of the moment, not of the answer. */
const NOT_COMPARED = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding'])

/** A request of the table, as it leaves a front door: both ways get it with the same additions. */
function leaving({ method = 'GET', target, headers = [], body }: Sent): HttpRequest {
  const [path = '', ...query] = target.split('?')
  const bytes = body === undefined ? undefined : Buffer.from(body)
  const length: HttpHeaders = bytes ? [['content-length', String(bytes.byteLength)]] : []
  return forwarded(
    requestWith({
      method,
      path,
      query: query.join('?'),
      headers: [['host', 'api.example.com'], ['user-agent', 'table/1'], ...headers, ...length],
      body: bytes,
    }),
  )
}

/** Asks an app that listens on 127.0.0.1. */
export async function overHttp(port: number, sent: Sent): Promise<Exchange> {
  const { method, headers, body } = leaving(sent)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { port, host: '127.0.0.1', agent: false, method, path: sent.target } as const
    httpRequest({ ...options, headers: headers.flat() }, resolve)
      .on('error', reject)
      .end(body)
  })
  const bytes = await buffer(response)
  const pairs = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value) => [name, value] as const),
  )
  const inPieces = response.headers['transfer-encoding'] === 'chunked'
  const length: HttpHeaders = inPieces ? [['content-length', String(bytes.byteLength)]] : []
  return exchange(response.statusCode ?? 0, [...pairs, ...length], bytes)
}

/** Asks the same app as a Lambda function, with events and replies that travel as JSON; what it throws is a 502. */
export async function overLambda(handler: Handler, format: HttpFormat, sent: Sent): Promise<Exchange> {
  const request = leaving(sent)
  const event = throughJson(format.encode(request)) as object
  const returned = await handler(event).catch(({ message }: Error) => ({ statusCode: 502, body: message }))
  const reply = format.decode(throughJson(returned))
  if ('problem' in reply) throw new Error(`${reply.at} ${reply.problem}`)
  const { method } = request
  const withoutBody = method === 'HEAD' || reply.status === 204 || reply.status === 304
  const body = withoutBody ? new Uint8Array() : reply.body
  return exchange(reply.status, sendableHeaders(reply, method), body)
}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

function exchange(status: number, pairs: HttpHeaders, bytes: Uint8Array): Exchange {
  const headers: Record<string, string[]> = {}
  for (const [name, value] of pairs) {
    if (!NOT_COMPARED.has(name.toLowerCase())) (headers[name.toLowerCase()] ??= []).push(value)
  }
  const body = Buffer.from(bytes).toString('latin1')
  const { [SEEN_HEADER]: held, 'content-length': _, etag: __, ...rest } = headers
  if (!held) return { status, headers, body }
  // What follows from the echo's own text is left out, since the echo is compared itself.
  const text = body === '' ? Buffer.from(held.join(), 'base64') : Buffer.from(bytes)
  return { status, headers: rest, body: '', seen: JSON.parse(text.toString()) as Seen }
}
