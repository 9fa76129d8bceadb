import { connectTo, type Connect } from './connect.js'
import { Connection, type ConnectionOwner } from './connection.js'
import type { ConnectionSettings } from './connection-settings.js'
import { wireDestroyed } from './wire-errors.js'
import { Line, type Waiting } from './line.js'
import type { Exchange, Sent, Wire } from './wire.js'

/** One request, and where it is. */
class Ticket implements Sent, Waiting<Ticket> {
  readonly exchange: Exchange
  /** Undefined while it waits for one. */
  connection: Connection | undefined
  ahead: Ticket | undefined
  behind: Ticket | undefined
  readonly #waiting: Line<Ticket>

  constructor(exchange: Exchange, waiting: Line<Ticket>) {
    this.exchange = exchange
    this.#waiting = waiting
  }

  cancel(): void {
    if (this.connection) this.connection.cancel(this.exchange)
    else this.#waiting.remove(this)
  }
}

/**
 * Connections, each with one request at a time. The one that was used last is used next, so that those that are not
 * needed grow old and close. A request that finds none waits its turn.
 */
export class Pool implements Wire, ConnectionOwner {
  readonly #settings: ConnectionSettings
  readonly #connect: Connect
  readonly #open = new Set<Connection>()
  readonly #idle: Connection[] = []
  readonly #waiting = new Line<Ticket>()
  #isAboutToDeal = false

  constructor(origin: URL, settings: ConnectionSettings) {
    this.#settings = settings
    this.#connect = connectTo(origin, settings)
  }

  send(exchange: Exchange): Sent {
    const ticket = new Ticket(exchange, this.#waiting)
    const isNext = this.#idle.length === 0 && !this.#waiting.first
    const another = isNext ? this.#another() : undefined
    if (another) begin(ticket, another)
    else {
      this.#waiting.add(ticket)
      this.#dealSoon()
    }
    return ticket
  }

  #another(): Connection | undefined {
    if (this.#open.size >= this.#settings.maxSockets) return undefined
    const connection = new Connection(this.#connect, this.#settings, this)
    this.#open.add(connection)
    return connection
  }

  onFree(connection: Connection): void {
    this.#idle.push(connection)
    this.#dealSoon()
  }

  onGone(connection: Connection): void {
    if (!this.#open.delete(connection)) return
    const place = this.#idle.indexOf(connection)
    if (place >= 0) this.#idle.splice(place, 1)
    this.#dealSoon()
  }

  /**
   * After whatever has arrived was read: a connection that has ended, or brings what nobody asked for, is not to be
   * used again.
   */
  #dealSoon(): void {
    if (this.#isAboutToDeal || !this.#waiting.first) return
    this.#isAboutToDeal = true
    setImmediate(this.#deal)
  }

  readonly #deal = (): void => {
    this.#isAboutToDeal = false
    for (let ticket = this.#waiting.first; ticket; ticket = this.#waiting.first) {
      const connection = this.#idle.pop() ?? this.#another()
      if (!connection) return
      this.#waiting.remove(ticket)
      begin(ticket, connection)
    }
  }

  destroy(): void {
    const waiting: Ticket[] = []
    for (let ticket = this.#waiting.first; ticket; ticket = this.#waiting.first) {
      this.#waiting.remove(ticket)
      waiting.push(ticket)
    }
    for (const connection of this.#open) connection.fail(wireDestroyed())
    for (const { exchange } of waiting) exchange.onError(wireDestroyed())
  }
}

function begin(ticket: Ticket, connection: Connection): void {
  ticket.connection = connection
  connection.begin(ticket.exchange)
}
