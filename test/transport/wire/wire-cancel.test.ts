import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { reply, startRaw, type Peer, type RawServer } from './raw-server.js'
import { send, WIRES, wireTo, type Told, type WireName } from './wires.js'

interface Stage {
  readonly stage: string
  readonly sent: boolean | undefined
  readonly arrived: (server: RawServer, told: Told) => boolean
  /** What the server does with the first connection, and with the first request. */
  readonly onConnection?: (socket: Peer['socket']) => void
  readonly answer?: string
  readonly body?: string
  readonly secure?: true
}

const STAGES: readonly Stage[] = [
  {
    stage: 'shaking hands',
    secure: true,
    sent: undefined,
    arrived: (server) => server.peers.some(({ received }) => received !== ''),
  },
  {
    stage: 'writing what nobody reads',
    onConnection: (socket) => socket.pause(),
    body: 'x'.repeat(8_000_000),
    sent: false,
    arrived: (server, { sent }) => server.peers.length === 1 && sent !== true,
  },
  { stage: 'waiting for the head', sent: true, arrived: (server) => server.requests === 1 },
  {
    stage: 'in the middle of the head',
    answer: 'HTTP/1.1 200 OK\r\ncontent-le',
    sent: true,
    arrived: (server) => server.requests === 1,
  },
  {
    stage: 'in the middle of the body',
    answer: 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    sent: true,
    arrived: (_, { head }) => head !== undefined,
  },
]

const WAYS = WIRES.flatMap((name) => STAGES.map((stage) => ({ ...stage, name })))

async function scene({ name, stage, secure, onConnection, answer, body }: Stage & { name: WireName }) {
  let connections = 0
  const server = await startRaw(
    (peer) => {
      if (server.peers[0] !== peer) peer.socket.write(reply('for the next'))
      else if (answer !== undefined) peer.socket.write(answer)
    },
    (socket) => void (connections++ === 0 && onConnection?.(socket)),
  )
  const { origin } = server
  const target = secure ? new URL(origin.href.replace('http:', 'https:')) : origin
  const wire = wireTo(name, target, { maxSockets: 1 })
  return { server, wire, target, stage, first: send(wire, target, body) }
}

describe.each(WAYS)('a request over $name that is given up while $stage', (way) => {
  it('says nothing more, and closes its connection', async () => {
    const { server, first } = await scene(way)
    const { told, sent } = first
    await Promise.race([
      server.until(() => way.arrived(server, told)),
      told.until(() => way.arrived(server, told)),
    ])
    expect(told.sent === true).toBe(way.sent === true)
    sent.cancel()
    // One that does not read sees nothing of the end before it does.
    server.peers[0]?.socket.resume()
    await server.until(() => server.openSockets === 0)
    expect(told).toMatchObject({ ends: 0, body: undefined, error: undefined })
    expect(told.sent === true).toBe(way.sent === true)
  })

  it.runIf(!way.secure)('makes room for the next, which gets its own answer', async () => {
    const { server, wire, target, first } = await scene(way)
    const next = send(wire, target).told
    await Promise.race([
      server.until(() => way.arrived(server, first.told)),
      first.told.until(() => way.arrived(server, first.told)),
    ])
    expect(next).toMatchObject({ sent: undefined, ends: 0 })
    first.sent.cancel()
    expect(await next.over).toMatchObject({ body: 'for the next' })
    expect(server.peers).toHaveLength(2)
  })
})

describe.each(WIRES)('a request over %s that is given up', (name) => {
  it('while it waits for a connection is never sent', async () => {
    const server = await startRaw(({ socket }) => void once(socket, 'go').then(() => socket.write(reply())))
    const wire = wireTo(name, server.origin, { maxSockets: 1 })
    const first = send(wire, server.origin).told
    const waiting = send(wire, server.origin)
    await server.until(() => server.requests === 1)
    waiting.sent.cancel()
    server.peers[0]?.socket.emit('go')
    await first.over
    const last = send(wire, server.origin).told
    await server.until(() => server.requests === 2)
    server.peers.at(-1)?.socket.emit('go')
    expect(await last.over).toMatchObject({ body: 'ok' })
    expect(waiting.told).toMatchObject({ sent: undefined, ends: 0 })
    expect(server.requests).toBe(2)
  })

  it('after it is over does no harm to the next on its connection', async () => {
    const server = await startRaw(({ socket }, number) => {
      if (number === 1) socket.write(reply())
      else void once(socket, 'go').then(() => socket.write(reply('next')))
    })
    const wire = wireTo(name, server.origin, { maxSockets: 1 })
    const first = send(wire, server.origin)
    await first.told.over
    const next = send(wire, server.origin).told
    await server.until(() => server.requests === 2)
    first.sent.cancel()
    server.peers[0]?.socket.emit('go')
    expect(await next.over).toMatchObject({ body: 'next' })
    expect(server.peers).toHaveLength(1)
  })
})
