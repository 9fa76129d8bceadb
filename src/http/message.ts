/** Headers in their order and their case; a name may come more than once. */
export type HttpHeaders = readonly (readonly [name: string, value: string])[]

/** How a request reached the front door: what the `X-Forwarded-*` headers are made of. */
export interface HttpOrigin {
  /** The sender's IP address. */
  readonly address: string
  readonly protocol: 'http' | 'https'
  /** The port that it came in on. */
  readonly port: number
}

/** An HTTP request on its way into an event: nothing is decoded, nothing made uniform. */
export interface HttpRequest {
  /** In capitals. */
  readonly method: string
  /** As it stood in the request line, percent-encoded, without the query. */
  readonly path: string
  /** As it was sent, without the question mark; empty when there is none. */
  readonly query: string
  readonly headers: HttpHeaders
  readonly body: Uint8Array | undefined
  readonly origin: HttpOrigin
  /** A UUID; events carry it as the id of the request, and new trace ids are made of it. */
  readonly id: string
  /** In ms since the epoch. */
  readonly receivedMs: number
}

/** A function's HTTP reply, out of whatever form it came in. */
export interface HttpReply {
  /** From 200 to 599. */
  readonly status: number
  /** The reason phrase; empty unless the function gave one. */
  readonly statusText: string
  /** Checked to be sendable; without those that concern one connection only. */
  readonly headers: HttpHeaders
  readonly body: Uint8Array
}
