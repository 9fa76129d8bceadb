import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { INVOCATION_ID_HEADER, watchWritten } from '../written.js'
import { Body } from './body.js'
import type { ConnectionSettings } from './connection-settings.js'
import { connectTimedOut, hungUp, inactive, inWordsOfNode, wireDestroyed } from './wire-errors.js'
import type { Exchange, Sent, Wire, WireRequest } from './wire.js'

/** Node's own HTTP with an agent of the user's, which may tunnel, count or sign in its own way. */
export class AgentWire implements Wire {
  readonly #origin: URL
  readonly #settings: ConnectionSettings
  readonly #agent: Agent
  readonly #underWay = new Set<AgentExchange>()

  constructor(origin: URL, settings: ConnectionSettings, agent: Agent) {
    this.#origin = origin
    this.#settings = settings
    this.#agent = agent
  }

  send(exchange: Exchange): Sent {
    const { protocol, hostname, port } = this.#origin
    // With brackets it is an address of IPv6 in a URL only.
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const open = protocol === 'https:' ? httpsRequest : httpRequest
    const sent = new AgentExchange(exchange, this.#settings, this.#underWay)
    sent.begin(({ method, path, headers }) => open({ agent: this.#agent, host, port, method, path, headers }))
    return sent
  }

  /** The agent is the user's, and so are its idle sockets. */
  destroy(): void {
    for (const each of this.#underWay) each.fail(wireDestroyed())
  }
}

class AgentExchange implements Sent {
  #exchange: Exchange | undefined
  readonly #settings: ConnectionSettings
  readonly #underWay: Set<AgentExchange>
  #outgoing: ClientRequest | undefined
  #stopWatching: (() => void) | undefined
  #connecting: NodeJS.Timeout | undefined
  #headSeen = false

  constructor(exchange: Exchange, settings: ConnectionSettings, underWay: Set<AgentExchange>) {
    this.#exchange = exchange
    this.#settings = settings
    this.#underWay = underWay
    underWay.add(this)
  }

  begin(open: (request: WireRequest) => ClientRequest): void {
    const { connectTimeoutMs, socketTimeoutMs } = this.#settings
    let body: WireRequest['body']
    try {
      const request = this.#exchange?.request()
      if (!request) return
      body = request.body
      const id = request.headers[INVOCATION_ID_HEADER] ?? ''
      this.#stopWatching = watchWritten(id, () => this.#exchange?.onSent(true))
      this.#outgoing = open(request)
    } catch (error) {
      return this.fail(error as Error)
    }
    this.#outgoing
      .on('error', (error) => this.fail(error))
      .on('response', (incoming) => this.#receive(incoming))
      // The last to come, and where the other side changes the protocol, the only one.
      .on('close', () => !this.#headSeen && this.fail(hungUp()))
      .on('socket', (socket) => {
        if (!socket.connecting || connectTimeoutMs === undefined) return
        this.#connecting = setTimeout(() => this.fail(connectTimedOut(connectTimeoutMs)), connectTimeoutMs)
        socket.once('connect', () => clearTimeout(this.#connecting))
      })
    if (socketTimeoutMs !== undefined)
      this.#outgoing.setTimeout(socketTimeoutMs, () => this.fail(inactive(socketTimeoutMs)))
    this.#outgoing.end(body)
  }

  #receive(incoming: IncomingMessage): void {
    this.#headSeen = true
    const head = { status: incoming.statusCode ?? 0, headers: joined(incoming) }
    const body = new Body(Number(head.headers['content-length']))
    incoming
      .on('error', (error) => this.fail(error))
      .on('data', (chunk: Buffer) => {
        try {
          body.add(chunk)
        } catch (error) {
          this.fail(error as Error)
        }
      })
      .on('end', () => this.#end()?.onReply(head, body.take()))
    this.#exchange?.onHead(head)
  }

  cancel(): void {
    this.#end()
    this.#outgoing?.destroy()
  }

  fail(error: Error): void {
    const exchange = this.#end()
    this.#outgoing?.destroy()
    exchange?.onError(inWordsOfNode(error, this.#headSeen))
  }

  #end(): Exchange | undefined {
    const exchange = this.#exchange
    this.#exchange = undefined
    this.#underWay.delete(this)
    this.#stopWatching?.()
    clearTimeout(this.#connecting)
    return exchange
  }
}

function joined({ headers }: IncomingMessage): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value
  return result
}
