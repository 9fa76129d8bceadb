import { constants } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import { Socket, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { reply, startRaw } from './raw-server.js'
import { request, send, Told, wireTo } from './wires.js'

const pem = (name: string): Buffer => readFileSync(new URL(`../tls/${name}.pem`, import.meta.url))

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

describe('whether the other side can have a request', () => {
  it('is no while the last byte has not left, and maybe from then on', async () => {
    const server = await startRaw(
      () => {},
      (socket) => socket.pause(),
    )
    const { told } = send(wireTo('pool', server.origin), server.origin, 'x'.repeat(8_000_000))
    await told.until(({ sent }) => sent === false)
    await server.until(() => server.peers.length === 1)
    expect(told.sent).toBe(false)
    server.peers[0]?.socket.resume()
    await told.until(({ sent }) => sent === true)
    await server.until(() => server.requests === 1)
  })

  it('is maybe over TLS from the first byte on, and no before the handshake is over', async () => {
    const server = createServer({ key: pem('key'), cert: pem('cert') }, (request) => void request.pause())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const trusted = send(wireTo('pool', origin, { tls: { ca: pem('cert') } }), origin, 'x'.repeat(8_000_000))
    expect(trusted.told.sent).toBeUndefined()
    await Promise.all([trusted.told.until(({ sent }) => sent === true), once(server, 'request')])
    expect(trusted.told.sent).toBe(true)

    const { told } = send(wireTo('pool', origin), origin)
    expect(await told.over).toMatchObject({ sent: undefined, error: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
  })

  it('is no where a header is none, which is refused before anything is written', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply()))
    const bad = { ...request(server.origin), headers: { x: 'a\r\nb: c' } }
    const told = new Told(bad)
    const wire = wireTo('pool', server.origin, { maxSockets: 1 })
    wire.send(told)
    expect(await told.over).toMatchObject({ ends: 1, sent: undefined, error: { name: 'TypeError' } })
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
    expect(server.peers.map(({ requests }) => requests)).toEqual([1])
  })
})

describe('a connection of ours', () => {
  it('that is not there in time is given up, also in the handshake', async () => {
    const server = await startRaw(() => {})
    const origin = new URL(server.origin.href.replace('http:', 'https:'))
    const { told } = send(wireTo('pool', origin, { connectTimeoutMs: 30 }), origin)
    expect(await told.over).toMatchObject({
      sent: undefined,
      error: { code: 'ETIMEDOUT', syscall: 'connect' },
    })
    await server.until(() => server.openSockets === 0)
  })

  it('that is idle is closed after its time, however long the server would wait', async () => {
    for (const head of ['', 'keep-alive: timeout=600\r\n']) {
      const server = await startRaw(({ socket }) => void socket.write(reply('ok', head)))
      await send(wireTo('pool', server.origin, { idleTimeoutMs: 20 }), server.origin).told.over
      await server.until(() => server.openSockets === 0)
    }
  })

  it('is not used again where the server may close it within 2 s', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply('ok', 'keep-alive: timeout=2\r\n')))
    const wire = wireTo('pool', server.origin)
    for (let n = 0; n < 2; n++)
      expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
    expect(server.peers.map(({ requests }) => requests)).toEqual([1, 1])
  })

  it('is not used again once something came that nobody asked for', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply()))
    const wire = wireTo('pool', server.origin)
    await send(wire, server.origin).told.over
    server.peers[0]?.socket.write(reply('nobody asked'))
    await server.until(() => server.openSockets === 0)
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
    expect(server.peers.map(({ requests }) => requests)).toEqual([1, 1])
  })

  it('has nothing written to it before what has arrived was read', async () => {
    const server = await startRaw(({ socket }, number) => {
      if (number === 1) socket.write(reply())
    })
    const wire = wireTo('pool', server.origin)
    const first = send(wire, server.origin).told
    await first.over
    const { told } = send(wire, server.origin)
    wire.destroy()
    expect(await told.over).toMatchObject({ sent: undefined, error: { code: 'ECONNRESET' } })
    expect(server.requests).toBe(1)
  })

  it('that is silent for longer than the client allows fails its request', async () => {
    const server = await startRaw(({ socket }, number) => void (number === 1 && socket.write(reply())))
    const wire = wireTo('pool', server.origin, { socketTimeoutMs: 30 })
    expect(await send(wire, server.origin).told.over).toMatchObject({ body: 'ok' })
    const { error, sent } = await send(wire, server.origin).told.over
    expect(error).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('30 ms of inactivity'),
    })
    expect(sent).toBe(true)
    await server.until(() => server.openSockets === 0)
  })

  it('shakes hands anew by what it knows from the last time', async () => {
    const reused: boolean[] = []
    const server = createServer(
      { key: pem('key'), cert: pem('cert') },
      (_, response) => void response.end('ok'),
    )
    server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const wire = wireTo('pool', origin, { keepAlive: false, tls: { ca: pem('cert') } })
    for (let n = 0; n < 2; n++) expect(await send(wire, origin).told.over).toMatchObject({ body: 'ok' })
    expect(reused).toEqual([false, true])
  })

  it('that ends in the handshake says so', async () => {
    const server = await startRaw(
      () => {},
      (socket) => socket.once('data', () => socket.end()),
    )
    const origin = new URL(server.origin.href.replace('http:', 'https:'))
    const { error, sent } = await send(wireTo('pool', origin), origin).told.over
    expect(error).toMatchObject({
      code: 'ECONNRESET',
      message: expect.stringContaining('before secure TLS connection'),
    })
    expect(sent).toBeUndefined()
  })

  it('forgets what it knows of the last time where it does not help', async () => {
    const server = createTlsServer(
      {
        key: pem('key'),
        cert: pem('cert'),
        maxVersion: 'TLSv1.2',
        secureOptions: constants.SSL_OP_NO_TICKET,
      },
      (socket) => socket.on('error', () => {}).on('data', () => socket.write(reply())),
    )
    const known = new Set<string>()
    server.on('newSession', (id: Buffer, _data, done: () => void) => {
      known.add(id.toString('hex'))
      done()
    })
    server.on('resumeSession', (id: Buffer, done: (error: Error | null, data: null) => void) => {
      done(known.has(id.toString('hex')) ? new Error('no') : null, null)
    })
    server.on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const wire = wireTo('pool', origin, { keepAlive: false, tls: { ca: pem('cert') } })
    expect(await send(wire, origin).told.over).toMatchObject({ body: 'ok' })
    expect(await send(wire, origin).told.over).toMatchObject({
      sent: undefined,
      error: { code: 'ECONNRESET' },
    })
    expect(await send(wire, origin).told.over).toMatchObject({ body: 'ok', error: undefined })
  })

  it.runIf(HAS_IPV6)('leads to an address of IPv6', async () => {
    const server = createPlainServer((_, response) => void response.end('ok'))
    server.listen(0, '::1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const origin = new URL(`http://[::1]:${(server.address() as AddressInfo).port}`)
    expect(await send(wireTo('pool', origin), origin).told.over).toMatchObject({ body: 'ok' })
  })

  it('that was opened for a request that is none is idle as any other', async () => {
    const server = await startRaw(() => {})
    const wire = wireTo('pool', server.origin, { idleTimeoutMs: 20 })
    const unref = vi.spyOn(Socket.prototype, 'unref')
    const told = new Told({ ...request(server.origin), headers: { x: 'a\r\nb: c' } })
    wire.send(told)
    await told.over
    // No process goes on for it.
    expect(unref).toHaveBeenCalledOnce()
    await server.until(() => server.openSockets === 0)
  })

  it('goes to who waits for one, not to who comes when one has just closed', async () => {
    const server = await startRaw(({ socket }) => void socket.write(reply('ok', 'connection: close\r\n')))
    const wire = wireTo('pool', server.origin, { maxSockets: 1 })
    const first = send(wire, server.origin).told
    const second = send(wire, server.origin).told
    await first.over
    const third = send(wire, server.origin).told
    await third.over
    expect(second.body).toBe('ok')
  })

  it('that is silent in the handshake fails its request unsent', async () => {
    const server = await startRaw(() => {})
    const origin = new URL(server.origin.href.replace('http:', 'https:'))
    const { told } = send(
      wireTo('pool', origin, { socketTimeoutMs: 30, connectTimeoutMs: undefined }),
      origin,
    )
    expect(await told.over).toMatchObject({ sent: undefined, error: { name: 'TimeoutError' } })
    await server.until(() => server.openSockets === 0)
  })

  it('is opened anew for whoever waits where one cannot be used any more', async () => {
    const server = await startRaw(
      ({ socket }) => void (server.peers.length > 2 ? socket.write(reply()) : socket.destroy()),
    )
    const wire = wireTo('pool', server.origin, { maxSockets: 1 })
    const all = [1, 2, 3].map(() => send(wire, server.origin).told)
    const ends = await Promise.all(all.map((told) => told.over))
    expect(ends.map(({ body }) => body)).toEqual([undefined, undefined, 'ok'])
    expect(server.requests).toBe(3)
  })
})
