import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { checkConnectionFault } from '../faults/check.js'
import { FaultScript } from '../faults/script.js'
import type { ConnectionFault } from '../faults/types.js'
import type { Lifetime } from '../lifetime.js'
import { hang, reset } from './raw-socket.js'

/** A connection as a script's predicate sees it. */
export interface ConnectionRecord {
  /** 1 for the first connection to this server. */
  readonly number: number
}

/** For clients that look at an idle connection only when they need it. */
const CLIENT_NOTICES_WITHIN_MS = 100

/** The server's ear: accepts on 127.0.0.1, knows every open connection, and hands the sound ones on. */
export class Listener {
  readonly faults = new FaultScript<ConnectionFault, ConnectionRecord>(
    checkConnectionFault,
    'connectionFaults',
  )
  readonly #sockets = new Map<Socket, ConnectionRecord>()
  readonly #busy = new Set<Socket>()
  readonly #lifetime: Lifetime
  readonly #serve: (socket: Socket) => void
  readonly #changed: () => void
  #server: Server | undefined
  #closed: Promise<unknown> = Promise.resolve()
  #accepted = 0
  #port: number

  constructor(port: number, lifetime: Lifetime, serve: (socket: Socket) => void, changed: () => void) {
    this.#port = port
    this.#lifetime = lifetime
    this.#serve = serve
    this.#changed = changed
  }

  get port(): number {
    return this.#port
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  numberOf(socket: Socket): number {
    return this.#sockets.get(socket)?.number ?? 0
  }

  /** A busy connection outlives `refuse`. */
  setBusy(socket: Socket, busy: boolean): void {
    if (busy) this.#busy.add(socket)
    else this.#busy.delete(socket)
  }

  async accept(): Promise<void> {
    this.#lifetime.assertOngoing()
    if (this.#server) return
    // Half-open as in node:http, whose clients may end their side before they have read the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#welcome(socket))
    await once(server.listen(this.#port, '127.0.0.1'), 'listening')
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** From now on a connect fails with ECONNREFUSED; idle connections are closed, those in use finish. */
  async refuse(): Promise<void> {
    this.#close()
    const idle = [...this.#sockets.keys()].filter((socket) => !this.#busy.has(socket))
    const patience = this.#lifetime.timer(CLIENT_NOTICES_WITHIN_MS)
    const closed = Promise.all(idle.map((socket) => once(socket.end(), 'close')))
    // Once a client has closed its side too, it cannot send its next request into a dead connection.
    await Promise.race([closed, patience.done])
    patience.cancel()
    for (const socket of idle) socket.destroy()
  }

  async stop(): Promise<void> {
    this.#close()
    for (const socket of this.#sockets.keys()) socket.destroy()
    // A closed server is done once the last of its connections is.
    await this.#closed
  }

  #close(): void {
    if (this.#server) this.#closed = Promise.all([this.#closed, once(this.#server.close(), 'close')])
    this.#server = undefined
  }

  #welcome(socket: Socket): void {
    const connection = { number: ++this.#accepted }
    this.#sockets.set(socket, connection)
    this.#changed()
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#busy.delete(socket)
      this.#changed()
    })
    // A client that goes away is no failure of the server.
    socket.on('error', () => socket.destroy())
    const fault = this.faults.take(connection)
    if (fault?.type === 'resetOnConnect') reset(socket)
    else if (fault?.type === 'hangBeforeAccept') hang(socket)
    else this.#serve(socket)
  }
}
