import { EventEmitter, once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One connection, as the server sees it. */
export interface Peer {
  readonly socket: Socket
  /** Everything that came, as text. */
  readonly received: string
  /** How many requests have come whole. */
  readonly requests: number
  readonly closed: boolean
}

/** A server that says what it is told, byte for byte. */
export interface RawServer {
  readonly origin: URL
  readonly peers: readonly Peer[]
  /** Requests that have come whole, on all connections. */
  readonly requests: number
  readonly openSockets: number
  until(condition: () => boolean): Promise<void>
}

class RawPeer implements Peer {
  readonly socket: Socket
  received = ''
  closed = false

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Of requests whose bodies end with the word that `request` below gives them. */
  get requests(): number {
    return this.received.split('END').length - 1
  }
}

/** Calls `answer` for each request that has come whole, with its number on the connection, from 1. */
export async function startRaw(
  answer: (peer: Peer, number: number) => void,
  onConnection: (socket: Socket) => void = () => {},
): Promise<RawServer> {
  const peers: RawPeer[] = []
  const changes = new EventEmitter().setMaxListeners(0)
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = new RawPeer(socket)
    peers.push(peer)
    socket.on('error', () => {})
    socket.on('close', () => {
      peer.closed = true
      changes.emit('change')
    })
    socket.on('data', (data: Buffer) => {
      const before = peer.requests
      peer.received += data.toString('latin1')
      for (let number = before + 1; number <= peer.requests; number++) answer(peer, number)
      changes.emit('change')
    })
    onConnection(socket)
    changes.emit('change')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const { socket } of peers) socket.destroy()
  })
  return {
    origin: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    peers,
    get requests() {
      return peers.reduce((sum, { requests }) => sum + requests, 0)
    },
    get openSockets() {
      return peers.filter(({ closed }) => !closed).length
    },
    async until(condition) {
      while (!condition()) await once(changes, 'change')
    },
  }
}

/** A reply with its length; the body is its name where there is nothing to say of it. */
export function reply(body = 'ok', head = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${head}\r\n${body}`
}
