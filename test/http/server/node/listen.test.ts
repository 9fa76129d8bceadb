import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once, type EventEmitter } from 'node:events'
import { connect, type Socket } from 'node:net'
import { InvalidSettingError } from 'resilient-lambda'
import { alb } from 'resilient-lambda/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GatewayObserver } from '../../../../src/http/server/events.js'
import type { HttpHandler } from '../../../../src/http/server/exchange.js'
import { handlerSettings, httpHandler } from '../../../../src/http/server/handler.js'
import { listen, type ListenOptions } from '../../../../src/http/server/node/listen.js'
import { serveLambda } from '../../../../src/http/server/serve-lambda.js'
import { scripted } from '../../../invoker/support.js'
import { resources } from '../../../wire/leftovers.js'
import { latch } from '../../../testing/local/support.js'
import { eventsOf, get, post, RawClient, serve, type WebEvent } from '../served.js'

const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }
const HEAD = { method: 'GET', statusText: '', headers: [] }

/** A handler that answers everything with so many bytes. */
function answering(bytes: number): HttpHandler {
  const reply = { ...HEAD, status: 200, body: Buffer.alloc(bytes, 'x') }
  return httpHandler(async () => ({ reply, source: 'function' }), handlerSettings({}))
}

/** A server that is gone when the test is over. */
async function listening(handler: HttpHandler, options: Partial<ListenOptions> = {}): Promise<RawClient> {
  const server = await listen(handler, { port: 0, closeTimeout: 0, ...options })
  onTestFinished(() => server.close())
  return new RawClient(server.port)
}

/** The server's ends of the connections on which requests came. */
function socketsOfRequests(begun = (): void => {}): readonly Socket[] {
  const sockets: Socket[] = []
  const started = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket)
    begun()
  }
  subscribe('http.server.request.start', started)
  onTestFinished(() => void unsubscribe('http.server.request.start', started))
  return sockets
}

describe('a server', () => {
  it('says where it listens, which is this machine only', async () => {
    const { server } = await serve(async () => OK)
    expect(server.port).toBeGreaterThan(0)
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
    expect((await fetch(server.url)).status).toBe(200)
  })

  it('cannot listen where another does', async () => {
    const { server, handler } = await serve(async () => OK)
    await expect(listen(handler, { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('goes on when a connection could not be accepted', async () => {
    const servers: EventEmitter[] = []
    const started = (message: unknown): void =>
      void servers.push((message as { readonly server: EventEmitter }).server)
    subscribe('http.server.request.start', started)
    onTestFinished(() => void unsubscribe('http.server.request.start', started))
    const client = await listening(answering(1))
    client.send(get('/'))
    await client.until(/x$/)
    servers[0]?.emit('error', new Error('accept EMFILE'))
    client.send(get('/'))
    await client.until(/x[^]*x$/)
  })

  it.each<[Record<string, unknown>, string]>([
    [{}, 'options.port must be given'],
    [{ port: 65_536 }, 'options.port must be a whole number from 0 to 65535'],
    [{ port: 0, idleTimeout: 0 }, 'options.idleTimeout must be a duration from 1 to'],
    [{ port: 0, timeout: 5 }, "options has no setting 'timeout'"],
  ])('refuses %o', async (options, message) => {
    const { lambda } = scripted()
    const handler = serveLambda(lambda('web'), alb())
    await expect(listen(handler, options as never)).rejects.toThrow(InvalidSettingError)
    await expect(listen(handler, options as never)).rejects.toThrow(message)
  })

  it('passes on every header there is room for', async () => {
    const { local, open } = await serve(async () => OK)
    const names = Array.from({ length: 4_000 }, (_, at) => `x-${at}`)
    const client = open()
    client.send(
      `GET / HTTP/1.1\r\nHost: shop.example\r\n${names.map((name) => `${name}: 1\r\n`).join('')}\r\n`,
    )
    await client.until(/here$/)
    const seen = Object.keys(eventsOf(local)[0]?.multiValueHeaders ?? {})
    expect(seen.filter((name) => /^x-\d/.test(name))).toEqual(names)
  })

  it('serves clients that want more than HTTP/1.1, and those that know only 1.0', async () => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send('GET /h2 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 200 [^]*here$/)
    const other = open()
    other.send('GET /expects HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n')
    await other.until(/^HTTP\/1\.1 200 [^]*here$/)
    const old = open()
    old.send('GET /old HTTP/1.0\r\n\r\n')
    expect(await old.untilEnd()).toMatch(/^HTTP\/1\.1 200 [^]*here$/)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/h2', '/expects', '/old'])
    expect(eventsOf(local)[2]?.multiValueHeaders['host']).toEqual([`127.0.0.1:${server.port}`])
  })

  it('refuses WebSockets, and ends the connection', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(await client.untilEnd()).toMatch(
      /^HTTP\/1\.1 400 [^]*reason=LambdaWebsocketNotSupported\r\n[^]*connection: close\r\n/,
    )
    expect(local.executionsOf('web')).toHaveLength(0)
  })

  it('runs nothing that hides behind a request to upgrade, of which Node loses a part', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    const hidden = get('/hidden')
    const upgrade = 'GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
    client.send(upgrade + post('/next', hidden).slice(0, -hidden.length))
    await local.until(() => local.executionsOf('web').length === 1)
    client.send(hidden)
    await client.untilEnd()
    client.socket.end()
    await client.untilClosed()
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/up'])
  })

  it('refuses tunnels, and ends the connection', async () => {
    const { local, open, answers } = await serve(async () => OK)
    const client = open()
    client.send(`CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n${get('/')}`)
    expect(await client.untilEnd()).toMatch(
      /^HTTP\/1\.1 405 [^]*x-answered-by: gateway; reason=MethodNotAllowed\r\n/,
    )
    expect(await answers(1)).toMatchObject([{ method: 'CONNECT', status: 405 }])
    expect(local.executionsOf('web')).toHaveLength(0)
  })
})

describe('a slow client', () => {
  const TIMED_OUT = /^HTTP\/1\.1 408 Request Timeout\r\n[^]*x-answered-by: gateway; reason=RequestTimeout\r\n/

  it.each([
    ['says nothing', ''],
    ['does not finish the head', 'GET / HTTP/1.1\r\nHost: a\r\nX-A: '],
  ])('is answered when it %s', async (_, text) => {
    const client = await listening(answering(1), { headersTimeout: 30 })
    client.send(text)
    expect(await client.untilEnd()).toMatch(TIMED_OUT)
  })

  it('is answered when it sends a byte now and then', async () => {
    const client = await listening(answering(1), { headersTimeout: 100 })
    const drip = setInterval(() => client.send('x'), 10)
    onTestFinished(() => clearInterval(drip))
    client.send('GET / HTTP/1.1\r\nX-A: ')
    expect(await client.untilEnd()).toMatch(TIMED_OUT)
  })

  it('does not reach the function with the rest of a body that comes after the answer', async () => {
    const listening = { requestTimeout: 30 }
    const { local, open, answers } = await serve(async () => OK, { listening })
    const client = open()
    client.send(post('/', 'whole').slice(0, -2))
    expect(await client.untilEnd()).toMatch(TIMED_OUT)
    client.send('le')
    client.socket.end()
    expect(await answers(1)).toMatchObject([{ status: 408, reason: 'RequestTimeout', source: 'gateway' }])
    expect(local.executions).toEqual([])
  })

  it('does not reach the function either where another request was still to be answered', async () => {
    const going = latch()
    const { local, open, answers } = await serve(
      async () => {
        await going.opened
        return OK
      },
      { listening: { requestTimeout: 30 } },
    )
    const client = open()
    client.send(get('/slow') + post('/', 'whole').slice(0, -2))
    // Until another has waited for longer than a request may take.
    const other = open()
    other.send('GET')
    expect(await other.untilEnd()).toMatch(TIMED_OUT)
    client.send('le')
    going.open()
    expect(await client.untilEnd()).toMatch(/ 200 OK[^]* 408 Request Timeout/)
    client.socket.end()
    const told = await answers(3)
    expect(told.filter(({ path }) => path !== '').map(({ path, status }) => [path, status])).toEqual([
      ['/slow', 200],
      ['/', 408],
    ])
    expect(local.executions).toHaveLength(1)
  })

  it('is answered when it does not finish the body, which the function never sees', async () => {
    const listening = { requestTimeout: 30 }
    const { local, open, answers } = await serve(async () => OK, { listening })
    const client = open()
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
    expect(await client.untilEnd()).toMatch(TIMED_OUT)
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1)
    client.socket.end()
    await client.untilClosed()
    expect(local.requestsOf('web')).toHaveLength(0)
    expect(await answers(1)).toMatchObject([{ status: 408, reason: 'RequestTimeout', attempts: 0 }])
  })

  it.each([
    ['', ''],
    ['and sends a byte now and then, of the head of the next request', 'GET / HTTP/1.1\r\nX-A: '],
    [
      'and sends a byte now and then, of the body of the next request',
      post('/', 'x'.repeat(1_000)).slice(0, -999),
    ],
    [
      'and sends a byte now and then, of what goes into a tunnel',
      'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
    ],
  ])('is let go when it takes nothing of its answer %s', async (_, next) => {
    const begun = latch()
    const sockets = socketsOfRequests(() => {
      begun.open()
      client.socket.pause()
    })
    const patience = { idleTimeout: 30, headersTimeout: 30, requestTimeout: 30 }
    const client = await listening(answering(64_000_000), patience)
    client.send(get('/'))
    await begun.opened
    client.send(next)
    const drip = setInterval(() => next && client.send('x'), 10)
    onTestFinished(() => clearInterval(drip))
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
    client.socket.resume()
    expect((await client.untilEnd()).length).toBeLessThan(64_000_000)
  })

  it('is read no further once it is refused, though it takes an answer after that', async () => {
    const told: string[] = []
    const reply = { ...HEAD, status: 200, body: Buffer.alloc(8_000_000, 'x') }
    const refused = latch()
    const observer: GatewayObserver = (event) => {
      if (event.type !== 'http.answered') return
      told.push(`${event.path} ${event.status}`)
      if (event.status === 408) refused.open()
    }
    const handler = httpHandler(
      async () => ({ reply, source: 'function' }),
      handlerSettings({ observers: [observer] }),
    )
    const client = await listening(handler, { headersTimeout: 30, idleTimeout: 2_000 })
    const [early, late] = [get('/3').slice(0, -2), get('/3').slice(-2)]
    client.send(get('/1'))
    await client.until(/x$/)
    client.socket.pause()
    client.send(get('/2') + early)
    // Nothing tells a client that it was refused before it reads: another one is refused after it.
    const other = new RawClient(client.socket.remotePort ?? 0)
    other.send('GET')
    await other.untilEnd()
    client.send(late)
    client.socket.resume()
    await client.untilEnd()
    await refused.opened
    expect(told.filter((line) => line.startsWith('/3'))).toEqual([])
  })

  it('is not let go while it waits for the function, however long that takes', async () => {
    const going = latch()
    const { open } = await serve(
      async (event) => {
        if ((event as WebEvent).path === '/slow') await going.opened
        return OK
      },
      { listening: { idleTimeout: 10, headersTimeout: 50 } },
    )
    const client = open()
    client.send(get('/fast') + get('/slow'))
    await client.until(/here$/)
    // Until another has been silent for longer than a connection may lie idle.
    await open().untilEnd()
    going.open()
    await client.until(/here[^]*here$/)
  })

  it('is let go when its connection lies idle', async () => {
    const client = await listening(answering(1), { idleTimeout: 1 })
    client.send(get('/'))
    await client.until(/x$/)
    await client.untilEnd()
  })
})

describe('the end of a server', () => {
  it('waits for the requests in flight, and closes the handler last', async () => {
    const begun = latch()
    const going = latch()
    const order: string[] = []
    const handler = httpHandler(async () => {
      begun.open()
      await going.opened
      order.push('answered')
      return { reply: { ...HEAD, status: 200, body: Buffer.from('here') }, source: 'function' }
    }, handlerSettings({}))
    const close = async (): Promise<void> => void order.push('closed')
    const server = await listen(Object.assign(handler, { close }), { port: 0 })
    const [busy, idle] = [new RawClient(server.port), new RawClient(server.port)]
    busy.send(get('/'))
    await begun.opened
    const closing = server.close()
    expect(server.close()).toBe(closing)
    await idle.untilEnd()
    expect(order).toEqual([])
    going.open()
    expect(await busy.untilEnd()).toMatch(/^HTTP\/1\.1 200 [^]*connection: close\r\n[^]*here$/i)
    await closing
    expect(order).toEqual(['answered', 'closed'])
    const late = connect(server.port, '127.0.0.1')
    expect(await once(late, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }])
  })

  it('does not wait for a client that keeps its connection', async () => {
    const { Timeout: before } = resources()
    const server = await listen(answering(4), { port: 0, closeTimeout: '1h' })
    const client = new RawClient(server.port)
    client.send(get('/'))
    await client.until(/xxxx$/)
    await server[Symbol.asyncDispose]()
    expect(resources()['Timeout']).toBe(before)
  })

  it('lets a client take the whole of an answer that was begun', async () => {
    const server = await listen(answering(64_000_000), { port: 0, closeTimeout: '1h' })
    const client = new RawClient(server.port)
    client.send(get('/'))
    await client.until(/xxxx$/)
    client.socket.pause()
    const closing = server.close()
    client.socket.resume()
    expect((await client.untilEnd()).length).toBeGreaterThan(64_000_000)
    await closing
  })

  it('does not wait longer than ever for a body that does not come', async () => {
    const { server, open, answers } = await serve(async () => OK, {
      listening: { requestTimeout: 300, closeTimeout: '1h' },
    })
    const client = open()
    client.send(post('/', 'whole').slice(0, -2))
    const other = open()
    other.send(get('/'))
    await other.until(/here$/)
    await server.close()
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /)
    expect(new Set((await answers(2)).map(({ status }) => status))).toEqual(new Set([200, 408]))
  })

  it('begins with nothing that nobody would get the answer of', async () => {
    const going = latch()
    const { local, lambda, open, server } = await serve(
      async () => {
        await going.opened
        return OK
      },
      { listening: { closeTimeout: '1h' } },
    )
    const client = open()
    client.send(get('/first') + get('/second'))
    await local.until(() => local.executionsOf('web').length === 1)
    const closing = server.close()
    going.open()
    await closing
    await lambda('web').invoke({ path: '/last' })
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/first', '/last'])
  })

  it('cuts off what takes too long, and cancels the calls', async () => {
    const never = latch()
    const { local, open, server, answers } = await serve(
      async () => {
        await never.opened
        return OK
      },
      { listening: { closeTimeout: 1 } },
    )
    const client = open()
    client.send(post('/', 'body'))
    await local.until(() => local.executionsOf('web').length === 1)
    await server.close()
    await local.until(() => local.openSockets === 0)
    expect(client.received).toBe('')
    expect(await answers(1)).toMatchObject([{ reason: 'ClientGone' }])
    never.open()
  })
})
