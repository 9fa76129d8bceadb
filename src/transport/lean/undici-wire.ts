import { connectWithin, type Connect } from './connect.js'
import { Connection, type ConnectionOwner } from './connection.js'
import type { ConnectionSettings } from './connection-settings.js'
import { wireDestroyed } from './wire-errors.js'
import type { Exchange, Sent, Wire, WireRequest } from './wire.js'

/** One request, and where it is. */
class Ticket implements Sent {
  readonly request: WireRequest
  readonly exchange: Exchange
  /** Undefined while it waits for one. */
  connection: Connection | undefined
  readonly #waiting: Set<Ticket>

  constructor(request: WireRequest, exchange: Exchange, waiting: Set<Ticket>) {
    this.request = request
    this.exchange = exchange
    this.#waiting = waiting
  }

  cancel(): void {
    if (this.connection) this.connection.cancel(this.exchange)
    else this.#waiting.delete(this)
  }
}

/**
 * Connections of undici, each with one request at a time. The one that was used last is used next, so that those that
 * are not needed grow old and close. A request that finds none waits its turn.
 */
export class UndiciWire implements Wire, ConnectionOwner {
  readonly #origin: URL
  readonly #settings: ConnectionSettings
  readonly #connect: Connect
  readonly #open = new Set<Connection>()
  readonly #idle: Connection[] = []
  readonly #waiting = new Set<Ticket>()

  constructor(origin: URL, settings: ConnectionSettings) {
    this.#origin = origin
    this.#settings = settings
    this.#connect = connectWithin(settings.connectTimeoutMs, settings.tls)
  }

  send(request: WireRequest, exchange: Exchange): Sent {
    const ticket = new Ticket(request, exchange, this.#waiting)
    const connection = this.#idle.pop() ?? this.#another()
    if (connection) begin(ticket, connection)
    else this.#waiting.add(ticket)
    return ticket
  }

  #another(): Connection | undefined {
    if (this.#open.size >= this.#settings.maxSockets) return undefined
    const connection = new Connection(this.#origin, this.#connect, this.#settings, this)
    this.#open.add(connection)
    return connection
  }

  onFree(connection: Connection): void {
    const next = this.#next()
    if (next) begin(next, connection)
    else this.#idle.push(connection)
  }

  onGone(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    if (this.#waiting.size === 0) return
    const another = this.#another()
    const next = another && this.#next()
    if (next) begin(next, another)
  }

  #next(): Ticket | undefined {
    for (const ticket of this.#waiting) {
      this.#waiting.delete(ticket)
      return ticket
    }
    return undefined
  }

  destroy(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const connection of this.#open) connection.fail(wireDestroyed())
    for (const { exchange } of waiting) exchange.onError(wireDestroyed())
  }
}

function begin(ticket: Ticket, connection: Connection): void {
  ticket.connection = connection
  connection.begin(ticket.request, ticket.exchange)
}
