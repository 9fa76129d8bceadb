import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { onTestFinished } from 'vitest'
import { AgentWire } from '../../../src/transport/wire/agent-wire.js'
import type { ConnectionSettings } from '../../../src/transport/wire/connection-settings.js'
import { Pool } from '../../../src/transport/wire/pool.js'
import type { Exchange, Sent, Wire, WireHead, WireRequest } from '../../../src/transport/wire/wire.js'

/** Both ways over the wire, by their names. */
export const WIRES = ['pool', 'agent'] as const
export type WireName = (typeof WIRES)[number]

const SETTINGS: ConnectionSettings = {
  connectTimeoutMs: 3_000,
  requestTimeoutMs: undefined,
  socketTimeoutMs: undefined,
  idleTimeoutMs: undefined,
  maxSockets: 10,
  keepAlive: true,
  tls: {},
  agent: undefined,
}

/** A wire that is gone when the test is over. */
export function wireTo(name: WireName, origin: URL, given: Partial<ConnectionSettings> = {}): Wire {
  const settings = { ...SETTINGS, ...given }
  const { keepAlive, maxSockets, tls } = settings
  const agent =
    origin.protocol === 'https:'
      ? new SecureAgent({ keepAlive, maxSockets, ...(tls as object) })
      : new Agent({ keepAlive, maxSockets })
  const wire = name === 'pool' ? new Pool(origin, settings) : new AgentWire(origin, settings, agent)
  onTestFinished(() => {
    wire.destroy()
    agent.destroy()
  })
  return wire
}

/** Whom the wire tells, and what it told. */
export class Told implements Exchange {
  /** Whether the other side can have had it all; undefined before anybody said so. */
  sent: boolean | undefined
  head: WireHead | undefined
  heads = 0
  body: string | undefined
  error: (Error & { readonly code?: string }) | undefined
  /** How often it was told of an end. */
  ends = 0
  readonly #request: WireRequest
  readonly #changes = new EventEmitter()

  constructor(request: WireRequest) {
    this.#request = request
  }

  request(): WireRequest {
    return this.#request
  }

  onSent(whole: boolean): void {
    this.sent = whole
    this.#changes.emit('change')
  }

  onHead(head: WireHead): void {
    this.head = head
    this.heads += 1
    this.#changes.emit('change')
  }

  onReply(_head: WireHead, body: Uint8Array): void {
    this.body = Buffer.from(body).toString()
    this.#end()
  }

  onError(error: Error): void {
    this.error = error
    this.#end()
  }

  #end(): void {
    this.ends += 1
    this.#changes.emit('change')
  }

  async until(condition: (told: this) => boolean): Promise<this> {
    while (!condition(this)) await once(this.#changes, 'change')
    return this
  }

  get over(): Promise<this> {
    return this.until(({ ends }) => ends > 0)
  }
}

/** A request whose end can be seen on the wire. */
export function request(origin: URL, body = ''): WireRequest {
  const bytes = Buffer.from(`${body}END`)
  const headers = {
    host: origin.host,
    'content-length': String(bytes.byteLength),
    'amz-sdk-invocation-id': randomUUID(),
  }
  return { method: 'POST', path: '/', headers, body: bytes }
}

/** Sends one request, and says what became of it. */
export function send(wire: Wire, origin: URL, body?: string): { readonly told: Told; readonly sent: Sent } {
  const told = new Told(request(origin, body))
  return { told, sent: wire.send(told) }
}
