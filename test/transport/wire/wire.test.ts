import { describe, expect, it } from 'vitest'
import { reply, startRaw, type Peer } from './raw-server.js'
import { send, WIRES, wireTo, type Told, type WireName } from './wires.js'

/** What comes of one request that is answered so. */
async function answered(name: WireName, text: string, closes = false): Promise<Told> {
  const server = await startRaw(({ socket }) => void (closes ? socket.end(text) : socket.write(text)))
  return send(wireTo(name, server.origin), server.origin).told.over
}

describe.each(WIRES)('a reply over %s', (name) => {
  it.each<[string, string, string]>([
    ['with its length', 'content-length: 5\r\n\r\nhello', 'hello'],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nx: y\r\n\r\n', 'hello'],
    ['without a body', 'content-length: 0\r\n\r\n', ''],
    ['in an encoding of its own', 'content-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1fB', '\x1fB'],
  ])('comes as it is: %s', async (_, rest, body) => {
    const told = await answered(name, `HTTP/1.1 200 OK\r\n${rest}`)
    expect(told).toMatchObject({ body, sent: true, ends: 1, head: { status: 200 } })
  })

  it('without a length ends with the connection', async () => {
    expect(await answered(name, 'HTTP/1.1 200 OK\r\n\r\nhello', true)).toMatchObject({ body: 'hello' })
    expect(await answered(name, 'HTTP/1.0 200 OK\r\n\r\nhello', true)).toMatchObject({ body: 'hello' })
  })

  it('has no body with 204', async () => {
    expect(await answered(name, 'HTTP/1.1 204 No Content\r\n\r\n')).toMatchObject({ body: '' })
  })

  it('is the last of several heads', async () => {
    const hints =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'
    const told = await answered(name, hints + reply())
    expect(told).toMatchObject({ body: 'ok', heads: 1, head: { status: 200 } })
  })

  it('that leads elsewhere is not followed', async () => {
    const told = await answered(name, `HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n`)
    expect(told).toMatchObject({ head: { status: 302, headers: { location: '/x' } } })
  })

  it('has its headers by lower-case name, joined where they are several', async () => {
    const told = await answered(
      name,
      reply('ok', 'X-Amzn-RequestId: r-1\r\nX-A: 1\r\nx-a: 2\r\nconstructor: c\r\n'),
    )
    expect(told.head?.headers).toMatchObject({ 'x-amzn-requestid': 'r-1', 'x-a': '1, 2', constructor: 'c' })
  })

  it('of several pieces is put together, whether its length was known or not', async () => {
    const pieces = Array.from({ length: 40 }, (_, n) => String(n % 10).repeat(50_000))
    const whole = pieces.join('')
    const chunked = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')
    const heads = [
      `content-length: ${whole.length}\r\n\r\n${whole}`,
      `transfer-encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`,
    ]
    for (const rest of heads) {
      const { body } = await answered(name, `HTTP/1.1 200 OK\r\n${rest}`)
      expect(body === whole).toBe(true)
    }
  })

  it('that never ends is given up at 8 MiB', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    let written = 0
    const pour = ({ socket }: Peer): void => {
      while (!socket.destroyed && socket.write(piece)) written += piece.length
      written += piece.length
      socket.once('drain', () => pour({ socket } as Peer))
    }
    const server = await startRaw((peer) => {
      peer.socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n')
      pour(peer)
    })
    const told = await send(wireTo(name, server.origin), server.origin).told.over
    expect(told.error?.message).toBe('the reply has more than 8,388,608 bytes')
    await server.until(() => server.openSockets === 0)
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })
})

describe.each(WIRES)('connections of %s', (name) => {
  it('are kept and used again', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply()))
    const wire = wireTo(name, server.origin)
    for (let n = 0; n < 5; n++)
      expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
    expect(server.peers.map(({ requests }) => requests)).toEqual([5])
    expect(server.peers[0]?.received).toMatch(/^connection: keep-alive\r$/im)
  })

  // An agent of the user's decides for itself.
  it.runIf(name === 'pool')('are not kept where the client does not want it', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply()))
    const wire = wireTo(name, server.origin, { keepAlive: false })
    await send(wire, server.origin).told.over
    expect(server.peers[0]?.received).toMatch(/^connection: close\r$/im)
    await server.until(() => server.openSockets === 0)
  })

  it('are not kept where the server does not want it', async () => {
    const closing = await startRaw(({ socket }) => void socket.write(reply('ok', 'connection: close\r\n')))
    const keeping = wireTo(name, closing.origin)
    for (let n = 0; n < 3; n++)
      expect(await send(keeping, closing.origin).told.over).toMatchObject({ body: 'ok' })
    expect(closing.peers.map(({ requests }) => requests)).toEqual([1, 1, 1])
  })

  it('never bring the next request what was left over of the last', async () => {
    const server = await startRaw(({ socket }, number) => {
      socket.write(number === 1 ? reply('mine') + reply('nobody asked') : reply('yours'))
    })
    const wire = wireTo(name, server.origin)
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'mine' })
    const { body, error } = await send(wire, server.origin).told.over
    expect([body, error?.code]).not.toContain('nobody asked')
  })

  it('are no more than there may be, and whoever waits has its turn', async () => {
    const held: Peer[] = []
    const server = await startRaw((peer) => held.push(peer))
    const wire = wireTo(name, server.origin, { maxSockets: 2 })
    const all = ['a', 'b', 'c', 'd', 'e'].map((body) => send(wire, server.origin, body).told)
    for (let n = 1; n <= all.length; n++) {
      await server.until(() => held.length > 0)
      held.shift()?.socket.write(reply())
    }
    for (const told of all) expect(await told.over).toMatchObject({ body: 'ok' })
    expect(server.peers).toHaveLength(2)
    expect(server.requests).toBe(5)
  })

  it('are not used again after an answer that came before the request was read', async () => {
    let answers = 0
    const server = await startRaw(
      ({ socket }) => void socket.write(reply('read')),
      (socket) => {
        if (answers++ > 0) return
        socket.pause()
        socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 3\r\n\r\nbig')
      },
    )
    const wire = wireTo(name, server.origin, { maxSockets: 1 })
    const early = await send(wire, server.origin, 'x'.repeat(8_000_000)).told.until(
      ({ head }) => head !== undefined,
    )
    expect(early).toMatchObject({ head: { status: 413 } })
    await early.over
    if (name === 'agent') server.peers[0]?.socket.destroy()
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'read' })
    expect(server.peers.map(({ requests }) => requests)).toEqual([0, 1])
  })

  it('go with destroy(), which fails what is under way or waits, and come again', async () => {
    const server = await startRaw(({ socket }) => server.peers.length > 1 && void socket.write(reply()))
    const wire = wireTo(name, server.origin, { maxSockets: 1 })
    const [busy, waiting] = [send(wire, server.origin).told, send(wire, server.origin).told]
    await server.until(() => server.requests === 1)
    wire.destroy()
    expect(await busy.over).toMatchObject({ sent: true, error: { code: 'ECONNRESET' } })
    expect(await waiting.over).toMatchObject({ sent: undefined, error: { code: 'ECONNRESET' } })
    // Agents of newer Nodes connect anew for whoever was next, and keep the connection.
    await server.until(() => server.peers[0]?.closed === true)
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
  })
})
