/** One HTTP request, signed. */
export interface WireRequest {
  readonly method: 'POST'
  /** With the query. */
  readonly path: string
  /** By lower-case name, `host` among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
}

/** What a reply begins with. */
export interface WireHead {
  readonly status: number
  /** By lower-case name; those that came more than once are joined. */
  readonly headers: Readonly<Record<string, string>>
}

/** Whom a wire tells what becomes of one request. Either `onReply` or `onError` comes last, and once. */
export interface Exchange {
  /**
   * Asked once, when there is a connection for it: whoever waits for one holds little, and signs with the time of sending.
   *
   * @throws whatever stands in the way of making it; it is then told to `onError`
   */
  request(): WireRequest
  /**
   * Whether the other side can have the whole request. Before the first call it cannot. Over plain TCP it cannot
   * before the kernel has the last byte; over TLS it can from the first byte on, since nobody tells in time how many
   * are out.
   */
  onSent(whole: boolean): void
  onHead(head: WireHead): void
  onReply(head: WireHead, body: Uint8Array): void
  /** As Node says it. */
  onError(error: Error): void
}

/** A request under way. */
export interface Sent {
  /** Gives the request up: nothing more is told, and its connection is closed so that no other request gets it. */
  cancel(): void
}

/** Sends requests to one origin over connections that are kept. */
export interface Wire {
  /** Sends once, and never again by itself; `exchange` may be told before this returns. */
  send(exchange: Exchange): Sent
  /** Closes everything: requests under way fail, later ones open new connections. */
  destroy(): void
}
