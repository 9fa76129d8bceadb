import type { HttpFormat, HttpReply, HttpRequest } from 'resilient-lambda/http'
import type { HttpOptions } from '../../src/http/options.js'
import { httpSettings } from '../../src/http/options.js'
import { HttpFunction } from '../../src/http/http-function.js'
import type { Fn } from 'resilient-lambda'

/** What the simplest of formats makes of a request. */
export interface PlainEvent {
  readonly line: string
}

interface PlainReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The simplest of formats, for tests that are not about one: its limits are a hundred bytes each. */
export const plain: HttpFormat<PlainEvent> = {
  name: 'plain',
  maxRequestBytes: 100,
  maxReplyBytes: 100,
  onInvalidReply: 'a plain service answers 502',
  encode: ({ method, path }) => ({ line: `${method} ${path}` }),
  decode(reply) {
    const { status, headers = {}, body = '' } = (reply ?? {}) as Partial<PlainReply>
    if (status === undefined) return { at: 'status', problem: 'must be given' }
    return replyWith({ status, headers: Object.entries(headers), body: Buffer.from(body) })
  },
}

export function replyWith(parts: Partial<HttpReply> = {}): HttpReply {
  return { status: 200, statusText: '', headers: [], body: new Uint8Array(), ...parts }
}

/** `GET /items?a=1` from a client at 192.0.2.7, over HTTPS. */
export function requestWith(parts: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    path: '/items',
    query: 'a=1',
    headers: [['host', 'api.example.com']],
    body: undefined,
    origin: { address: '192.0.2.7', protocol: 'https', port: 443 },
    id: '3f2b8c1e-9a4d-4e6f-8b7a-0123456789ab',
    receivedMs: Date.UTC(2026, 6, 10, 19, 19, 4),
    ...parts,
  }
}

export function plainFunction(fn: Fn<unknown, unknown>, options: HttpOptions = {}): HttpFunction {
  return new HttpFunction(fn, plain, httpSettings(options))
}
