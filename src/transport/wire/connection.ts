import type { Socket } from 'node:net'
import type { Connect, SocketUser } from './connect.js'
import { ReplyReader } from './reply-reader.js'
import { requestHead } from './request-head.js'
import { aborted, hungUp, inactive, inWordsOfNode } from './wire-errors.js'
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

/** One socket with one request at a time. Whatever fails is never used again. */
export class Connection implements SocketUser {
  readonly #owner: ConnectionOwner
  readonly #settings: ConnectionSettings
  readonly #socket: Socket
  #isReady = false
  #exchange: Exchange | undefined
  #reader: ReplyReader | undefined
  /** After how long without a byte the socket says so. */
  #silenceMs = 0

  constructor(connect: Connect, settings: ConnectionSettings, owner: ConnectionOwner) {
    this.#owner = owner
    this.#settings = settings
    this.#socket = connect(this)
      .on('error', (error) => this.fail(error))
      .on('end', () => this.#onEnd())
      .on('close', () => this.fail(hungUp()))
      .on('timeout', () => this.#onSilence())
    // A handshake may fall silent too.
    this.#socket.once('connect', () => this.#limitSilence(settings.socketTimeoutMs))
  }

  begin(exchange: Exchange): void {
    this.#exchange = exchange
    if (this.#isReady) this.#write(exchange)
  }

  onReady(): void {
    this.#isReady = true
    if (this.#exchange) this.#write(this.#exchange)
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
    this.#close()
    exchange?.onError(inWordsOfNode(error, this.#reader?.head !== undefined))
  }

  #write(exchange: Exchange): void {
    let request: WireRequest
    let head: string
    try {
      request = exchange.request()
      head = requestHead(request, this.#settings.keepAlive)
    } catch (error) {
      this.#exchange = undefined
      this.#rest(this.#settings.idleTimeoutMs ?? IDLE_MS)
      return exchange.onError(error as Error)
    }
    const socket = this.#socket
    this.#reader = new ReplyReader(this.#onHead)
    this.#limitSilence(this.#settings.socketTimeoutMs)
    socket.ref()
    socket.cork()
    socket.write(head, 'latin1')
    if (request.body) socket.write(request.body)
    socket.uncork()
    if ('encrypted' in socket || socket.writableLength === 0) return exchange.onSent(true)
    exchange.onSent(false)
    // Writes nothing, but only after everything before it.
    socket.write('', (error) => {
      if (!error && this.#exchange === exchange) exchange.onSent(true)
    })
  }

  readonly #onHead = (head: WireHead): void => this.#exchange?.onHead(head)

  onBytes(bytes: Buffer): void {
    const reader = this.#reader
    // Nobody asked for anything.
    if (!this.#exchange || !reader) return this.#close()
    let isWhole: boolean
    try {
      isWhole = reader.read(bytes)
    } catch (error) {
      return this.fail(error as Error)
    }
    if (isWhole) this.#complete(reader)
  }

  #complete(reader: ReplyReader): void {
    const exchange = this.#exchange
    const { head, keepsAlive } = reader
    if (!exchange || !head) return
    this.#exchange = undefined
    this.#reader = undefined
    const idleMs = this.#settings.keepAlive && keepsAlive ? this.#idleMsAfter(head) : 0
    // Answered before it was read: what is left of this request would stand before the next.
    if (idleMs <= 0 || this.#socket.writableLength > 0) this.#close()
    else this.#rest(idleMs)
    exchange.onReply(head, reader.body())
  }

  /** Until the next request, for which alone no process need go on. */
  #rest(ms: number): void {
    this.#limitSilence(ms)
    this.#socket.unref()
    this.#owner.onFree(this)
  }

  #idleMsAfter({ headers }: WireHead): number {
    const { idleTimeoutMs = IDLE_MS } = this.#settings
    const [, seconds] = /timeout=(\d{1,9})/.exec(headers['keep-alive'] ?? '') ?? []
    return seconds === undefined
      ? idleTimeoutMs
      : Math.min(idleTimeoutMs, Number(seconds) * 1_000 - HEAD_START_MS)
  }

  #onEnd(): void {
    // In the handshake: an error that says so follows.
    if (!this.#isReady) return
    const reader = this.#reader
    if (reader?.end()) this.#complete(reader)
    else this.fail(reader?.head ? aborted() : hungUp())
  }

  #onSilence(): void {
    const { socketTimeoutMs } = this.#settings
    if (!this.#exchange) this.#close()
    else if (socketTimeoutMs !== undefined) this.fail(inactive(socketTimeoutMs))
  }

  /** Setting it anew costs more than all else here, so that without a limit the one for idle connections stays on. */
  #limitSilence(ms: number | undefined): void {
    if (ms === undefined || ms === this.#silenceMs) return
    this.#silenceMs = ms
    this.#socket.setTimeout(ms)
  }

  #close(): void {
    this.#owner.onGone(this)
    this.#socket.destroy()
  }
}
