import { describe, expect, it } from 'vitest'
import { reply, startRaw, type Peer } from './raw-server.js'
import { send, WIRES, wireTo, type Told, type WireName } from './wires.js'

/** What comes of one request that is treated so, and how often it came. */
async function broken(
  name: WireName,
  answer: (peer: Peer, number: number) => void,
): Promise<Told & { readonly requests: number }> {
  const server = await startRaw(answer)
  const told = await send(wireTo(name, server.origin), server.origin).told.over
  expect(server.openSockets).toBeLessThanOrEqual(1)
  return Object.assign(told, { requests: server.requests })
}

const HALVES: readonly (readonly [string, string])[] = [
  ['with a length', 'content-length: 10\r\n\r\nhalf'],
  ['with a length, on a connection that ends', 'content-length: 10\r\nconnection: close\r\n\r\nhalf'],
  ['in chunks', 'transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  [
    'in chunks, on a connection that ends',
    'transfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nhalf\r\n',
  ],
]

describe.each(WIRES)('a connection of %s that breaks', (name) => {
  it('before anything could be sent leaves the request unsent', async () => {
    const server = await startRaw(() => {})
    const { origin } = server
    const wire = wireTo(name, new URL(`http://127.0.0.1:1`))
    const { told } = send(wire, origin)
    expect(await told.over).toMatchObject({
      sent: undefined,
      error: { code: 'ECONNREFUSED', syscall: 'connect' },
    })
  })

  it('after the request is an end, never the beginning of another', async () => {
    for (const close of ['end', 'resetAndDestroy'] as const) {
      const told = await broken(name, ({ socket }) => void socket[close]())
      expect(told).toMatchObject({ sent: true, requests: 1, ends: 1, error: { code: 'ECONNRESET' } })
    }
  })

  it('when it is used again is an end too where the request was written', async () => {
    const server = await startRaw(({ socket }, number) => {
      if (number === 1) socket.write(reply())
      else socket.destroy()
    })
    const wire = wireTo(name, server.origin)
    await send(wire, server.origin).told.over
    const again = await send(wire, server.origin).told.over
    expect(again).toMatchObject({ sent: true, ends: 1, error: { code: 'ECONNRESET' } })
    expect(server.peers.map(({ requests }) => requests)).toEqual([2])
  })

  it('while it is idle costs the next request nothing', async () => {
    const server = await startRaw(({ socket }) => void socket.end(reply()))
    const wire = wireTo(name, server.origin)
    await send(wire, server.origin).told.over
    await server.until(() => server.openSockets === 0)
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok', sent: true })
    expect(server.peers.map(({ requests }) => requests)).toEqual([1, 1])
  })

  it('just when it is used again is told by what was written', async () => {
    for (let round = 0; round < 20; round++) {
      const server = await startRaw(({ socket }) => void socket.end(reply()))
      const wire = wireTo(name, server.origin)
      await send(wire, server.origin).told.over
      const next = await send(wire, server.origin).told.over
      expect(next.ends).toBe(1)
      expect(server.requests).toBeLessThanOrEqual(2)
      if (next.body !== undefined) expect(server.requests).toBe(2)
      if (next.sent !== true) expect(server.requests).toBe(1)
    }
  })

  it.each(HALVES)('in the middle of a reply %s cuts it', async (_, rest) => {
    for (const close of ['end', 'resetAndDestroy'] as const) {
      const told = await broken(name, ({ socket }) => {
        socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => setImmediate(() => socket[close]()))
      })
      expect(told).toMatchObject({ sent: true, requests: 1, ends: 1, body: undefined })
      expect(told.error).toMatchObject({ code: 'ECONNRESET', message: 'aborted' })
    }
  })

  it('at a change of protocol that nobody asked for is a hang-up', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'
    const told = await broken(name, ({ socket }) => void socket.write(head))
    expect(told).toMatchObject({ sent: true, ends: 1, head: undefined, error: { code: 'ECONNRESET' } })
  })

  it('in the middle of the head is a hang-up', async () => {
    const told = await broken(name, ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-le'))
    expect(told).toMatchObject({ sent: true, head: undefined, error: { code: 'ECONNRESET' } })
  })
})

describe.each(WIRES)('what %s cannot read', (name) => {
  it.each([
    ['no HTTP', 'this is no HTTP\r\n\r\n'],
    ['a head that is too long', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['a header that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx y z\r\n\r\nok'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
  ])('is said as Node says it: %s', async (_, text) => {
    const told = await broken(name, ({ socket }) => void socket.write(text))
    expect(told).toMatchObject({ sent: true, ends: 1, body: undefined })
    expect(told.error?.code).toMatch(/^HPE_/)
    expect(told.error).not.toHaveProperty('data')
  })
})
