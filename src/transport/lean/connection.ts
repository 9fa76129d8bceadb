import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { Client, type Dispatcher } from 'undici'
import { Body } from './body.js'
import type { Connect } from './connect.js'
import { headersOf } from './reply-headers.js'
import { inactive, inWordsOfNode } from './wire-errors.js'
import type { ConnectionSettings } from './connection-settings.js'
import type { Exchange, WireHead, WireRequest } from './wire.js'

/** Whom a connection tells what has become of it. */
export interface ConnectionOwner {
  /** It can take another request. */
  onFree(connection: Connection): void
  /** It is closed for good. */
  onGone(connection: Connection): void
}

/**
 * A connection that the far end drops while it is idle fails the next request on it, which then may have run and is not
 * repeated. So ours go first, so much before the server says that it would.
 */
const HEAD_START_MS = 2_000
const IDLE_MS = 30_000

/** How long a request may take is not for the connection to say. */
const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 }

const NOTHING = new Uint8Array(0)
const ignore = (): void => {}

/**
 * One client of undici with one request at a time, and the handler of that request.
 *
 * Undici opens the socket with the first request, and anew when it has closed before a request was written. Whatever
 * fails is never used again.
 */
export class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client
  readonly #owner: ConnectionOwner
  readonly #settings: ConnectionSettings
  #socket: Socket | TLSSocket | undefined
  #exchange: Exchange | undefined
  #head: WireHead | undefined
  #body: Body | undefined
  #written = false

  constructor(origin: URL, connect: Connect, settings: ConnectionSettings, owner: ConnectionOwner) {
    this.#owner = owner
    this.#settings = settings
    const { idleTimeoutMs = IDLE_MS } = settings
    this.#client = new Client(origin, {
      ...NO_TIMEOUTS,
      keepAliveTimeout: idleTimeoutMs,
      keepAliveMaxTimeout: idleTimeoutMs,
      keepAliveTimeoutThreshold: HEAD_START_MS,
      pipelining: 1,
      connect: (options, callback) => {
        this.#socket = connect(options, callback)
        // A handshake may fall silent too.
        this.#socket.once('connect', () => this.#limitSilence(settings.socketTimeoutMs))
      },
    })
    this.#client.on('disconnect', () => {
      if (!this.#exchange) this.#close()
    })
  }

  begin(request: WireRequest, exchange: Exchange): void {
    this.#exchange = exchange
    this.#written = false
    const { method, path, headers, body } = request
    const reset = !this.#settings.keepAlive
    this.#client.dispatch({ method, path, headers, body: body ?? null, reset }, this)
  }

  /** Gives the request up, if it is still this one. */
  cancel(exchange: Exchange): void {
    if (this.#exchange !== exchange) return
    this.#exchange = undefined
    this.#close()
  }

  fail(error: Error): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    const headSeen = this.#head !== undefined
    this.#close()
    exchange?.onError(inWordsOfNode(error, headSeen))
  }

  /** Comes in the moment before the head is written, to a socket that is connected, and over TLS secure. */
  onConnect(abort: (error: Error) => void): void {
    // Undici would write a request again that it believes to be safe; this one may have run.
    if (this.#written) return abort(new Error('the request was written already'))
    this.#written = true
    this.#exchange?.onSent(true)
    this.#limitSilence(this.#settings.socketTimeoutMs)
  }

  /** Comes when all has been written, though not all of it need have left. */
  onRequestSent(): void {
    const socket = this.#socket
    if (!socket || 'encrypted' in socket || socket.writableLength === 0) return
    const exchange = this.#exchange
    exchange?.onSent(false)
    // Writes nothing, but only after everything before it.
    socket.write(NOTHING, (error) => {
      if (!error && this.#exchange === exchange) exchange?.onSent(true)
    })
  }

  onHeaders(status: number, raw: Buffer[]): boolean {
    if (status < 200) return true
    const headers = headersOf(raw)
    this.#head = { status, headers }
    this.#body = new Body(headers['content-length'])
    this.#exchange?.onHead(this.#head)
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#body?.add(chunk)
    return true
  }

  onComplete(): void {
    const exchange = this.#exchange
    const head = this.#head
    const body = this.#body?.take() ?? NOTHING
    this.#exchange = undefined
    this.#head = undefined
    this.#body = undefined
    this.#limitSilence(0)
    // Answered before it was read: what is left of this request would stand before the next.
    if (this.#socket?.writableLength) this.#close()
    else this.#owner.onFree(this)
    if (head) exchange?.onReply(head, body)
  }

  onError(error: Error): void {
    this.fail(error)
  }

  #limitSilence(ms: number | undefined): void {
    if (this.#settings.socketTimeoutMs === undefined || ms === undefined) return
    this.#socket?.setTimeout(ms).removeAllListeners('timeout')
    if (ms > 0) this.#socket?.once('timeout', () => this.fail(inactive(ms)))
  }

  #close(): void {
    this.#owner.onGone(this)
    this.#client.destroy(null, ignore)
    // One that is still connecting is not known to undici.
    this.#socket?.destroy()
  }
}
