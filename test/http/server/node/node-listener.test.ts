import { createServer, type Server } from 'node:http'
import { connect, createServer as createServer2 } from 'node:http2'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { InvalidSettingError } from 'resilient-lambda'
import { alb, type HttpFormat } from 'resilient-lambda/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toNodeListener } from '../../../../src/http/server/node/node-listener.js'
import { handlerSettings, httpHandler } from '../../../../src/http/server/handler.js'
import { latch } from '../../../testing/local/support.js'
import { turnsUntil } from '../../../wire/leftovers.js'
import { eventsOf, get, post, RawClient, serve, type WebEvent } from '../served.js'

const FORMAT = alb({ multiValueHeaders: true })
const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }

/** A client of a server of the test's own. */
async function behind(server: Server): Promise<RawClient> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  return new RawClient((server.address() as AddressInfo).port)
}

/** A function that answers with the path it was asked for. */
const pathOf = async (event: unknown): Promise<object> => ({ ...OK, body: (event as WebEvent).path })

describe('a function behind node:http', () => {
  it('gets the request as it was sent', async () => {
    const { local, server, open } = await serve(async () => OK)
    const client = open()
    const head = ['PUT //a/%2e%2E/b%2Fc/..;x/é'.replace('é', '%C3%A9'), '?q=a+b&q=%20&Q HTTP/1.1'].join('')
    client.send(`${head}\r\nHOST: shop.example\r\nX-B: 1\r\nx-a: 2\r\nX-b: 3\r\nContent-Length: 3\r\n\r\ntwo`)
    await client.until(/here$/)
    expect(eventsOf(local)).toMatchObject([
      {
        httpMethod: 'PUT',
        path: '//a/%2e%2E/b%2Fc/..;x/%C3%A9',
        multiValueQueryStringParameters: { q: ['a+b', '%20'], Q: [''] },
        multiValueHeaders: {
          host: ['shop.example'],
          'x-b': ['1', '3'],
          'x-a': ['2'],
          'content-length': ['3'],
          'x-forwarded-for': ['127.0.0.1'],
          'x-forwarded-proto': ['http'],
          'x-forwarded-port': [String(server.port)],
        },
      },
    ])
  })

  it('answers with status, reason phrase, each cookie, and its own mark', async () => {
    const { open } = await serve(async () => ({
      statusCode: 299,
      statusDescription: '299 Odd',
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'X-Answered-By': ['gateway'] },
      body: 'here',
    }))
    const client = open()
    client.send(get('/'))
    const text = await client.until(/here$/)
    const [status, ...headers] = text.split('\r\n')
    expect(status).toBe('HTTP/1.1 299 Odd')
    expect(headers.filter((line) => /^set-cookie/i.test(line))).toEqual([
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
    ])
    expect(headers.filter((line) => /^x-answered-by/i.test(line))).toEqual(['x-answered-by: function'])
    expect(headers).toContain('content-length: 4')
  })

  it('has no body for HEAD, and the next answer comes on the same connection', async () => {
    const { open } = await serve(async () => ({ ...OK, multiValueHeaders: { 'Content-Length': ['4'] } }))
    const client = open()
    client.send('HEAD / HTTP/1.1\r\nHost: shop.example\r\n\r\n')
    expect(await client.until(/\r\n\r\n$/)).toMatch(/content-length: 4\r\n/i)
    client.send(get('/'))
    await client.until(/\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*here$/)
  })

  it.each([204, 304])('has no body with %s', async (statusCode) => {
    const { handler } = await serve(async () => ({ ...OK, statusCode }))
    const client = await behind(createServer({ rejectNonStandardBodyWrites: true }, toNodeListener(handler)))
    client.send(get('/'))
    await client.until(/\r\n\r\n/)
    client.send(get('/'))
    const text = await client.until(/\r\n\r\n[^]*\r\n\r\n$/)
    expect(text.match(new RegExp(`HTTP/1.1 ${statusCode} `, 'g'))).toHaveLength(2)
    expect(text).not.toContain('here')
  })

  it('gives a large reply whole to a client that is slow to take it', async () => {
    const body = 'x'.repeat(1_000_000)
    const { local, open } = await serve(async () => ({ ...OK, body }))
    const client = open()
    client.socket.pause()
    client.send(get('/'))
    await local.until(() => local.executionsOf('web')[0]?.outcome === 'success')
    client.socket.resume()
    const text = await client.until((received) => received.endsWith(body))
    expect(text.slice(0, -body.length)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content-length: 1000000\r\n/)
  })

  it('leaves nothing behind on a connection that is used again', async () => {
    const { handler } = await serve(async () => OK)
    const sockets = new Set<Socket>()
    const counts: Record<string, number>[] = []
    const listener = toNodeListener(handler)
    const client = await behind(
      createServer((request, response) => {
        const { socket } = request
        sockets.add(socket)
        counts.push(
          Object.fromEntries(socket.eventNames().map((name) => [String(name), socket.listenerCount(name)])),
        )
        listener(request, response)
      }),
    )
    for (let sent = 1; sent <= 120; sent++) {
      client.send(sent % 2 === 0 ? get('/') : post('/', 'body'))
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await client.until((received) => received.split('here').length > sent)
    }
    expect(sockets.size).toBe(1)
    expect(counts).toHaveLength(120)
    expect(counts.at(-1)).toEqual(counts[0])
  })

  it('answers requests that are sent at once in their order, one at a time', async () => {
    const first = latch()
    const { local, open } = await serve(async (event) => {
      if ((event as WebEvent).path === '/first') await first.opened
      return pathOf(event)
    })
    const client = open()
    client.send(post('/first', 'one') + get('/second') + get('/third'))
    await local.until(() => local.executionsOf('web').length === 1)
    first.open()
    const text = await client.until(/\/third$/)
    expect(text.match(/(?<=\r\n\r\n)\/[a-z]+/g)).toEqual(['/first', '/second', '/third'])
    expect(local.executionsOf('web').map(({ outcome }) => outcome)).toEqual(['success', 'success', 'success'])
  })

  it('does not begin with a request before the client has taken the answer before', async () => {
    const reply = { status: 200, statusText: '', headers: [], body: Buffer.alloc(64_000_000, 'x') }
    const paths: string[] = []
    const handler = httpHandler(async ({ path }) => {
      paths.push(path)
      return { reply, source: 'function' }
    }, handlerSettings({}))
    const client = await behind(createServer(toNodeListener(handler)))
    client.send(get('/first') + get('/second'))
    await client.until(/x$/)
    client.socket.pause()
    expect(await turnsUntil(() => paths.length > 1, 1_000)).toBe(false)
    client.socket.resume()
    await client.until((received) => received.length > 2 * reply.body.length)
    expect(paths).toEqual(['/first', '/second'])
  })

  it('does not run a function with nothing in place of a body that was read before', async () => {
    const { local, handler } = await serve(async () => OK)
    const listener = toNodeListener(handler)
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        try {
          listener(request, response)
        } catch (error) {
          response.writeHead(500).end(String(error))
        }
      })
    })
    const client = await behind(server)
    client.send(post('/', 'body'))
    await client.until(/ 500 [^]*TypeError: The body of the request was read already/)
    client.send(get('/'))
    await client.until(/ 200 OK[^]*here$/)
    expect(eventsOf(local)).toMatchObject([{ httpMethod: 'GET' }])
  })

  it('refuses HTTP/2, in its own terms', async () => {
    const { handler } = await serve(async () => OK)
    const server = createServer2(toNodeListener(handler) as never)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => session.destroy())
    const stream = session.request({ ':path': '/' })
    const [headers] = await once(stream, 'response')
    expect(headers).toMatchObject({
      ':status': 505,
      'x-answered-by': 'gateway; reason=HttpVersionNotSupported',
    })
    stream.resume()
    await once(stream, 'end')
  })

  it('refuses a handler that is none of ours', () => {
    const handler = (async () => new Response()) as never
    expect(() => toNodeListener(handler)).toThrow(InvalidSettingError)
  })
})

describe('a client that goes away', () => {
  it('cancels the call, which is not repeated', async () => {
    const never = latch()
    const { local, open, answers } = await serve(async () => {
      await never.opened
      return OK
    })
    const client = open()
    client.send(get('/'))
    await local.until(() => local.executionsOf('web').length === 1)
    expect(local.openSockets).toBe(1)
    client.socket.destroy()
    await local.until(() => local.openSockets === 0)
    expect(local.requestsOf('web')).toHaveLength(1)
    expect(local.executionsOf('web')).toHaveLength(1)
    expect(await answers(1)).toMatchObject([{ status: 460, reason: 'ClientGone', attempts: 1 }])
    never.open()
  })

  it('takes what it sent after with it', async () => {
    const never = latch()
    const { local, open } = await serve(async () => {
      await never.opened
      return OK
    })
    const client = open()
    client.send(get('/first') + get('/second'))
    await local.until(() => local.executionsOf('web').length === 1)
    client.socket.destroy()
    await local.until(() => local.openSockets === 0)
    never.open()
    const other = open()
    other.send(get('/third'))
    await other.until(/here$/)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/first', '/third'])
  })

  it('is missed by nobody who waited behind it for a tunnel', async () => {
    const never = latch()
    const { local, open } = await serve(async () => {
      await never.opened
      return OK
    })
    const client = open()
    client.send(get('/') + 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
    await local.until(() => local.executionsOf('web').length === 1)
    client.socket.resetAndDestroy()
    await local.until(() => local.openSockets === 0)
    never.open()
  })

  it('in the middle of its body sends nothing to the function', async () => {
    const { local, open, answers } = await serve(async () => OK)
    const client = open()
    client.send('POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 10\r\n\r\nhalf')
    client.socket.end()
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 400 /)
    await client.untilClosed()
    const other = open()
    other.send(get('/'))
    await other.until(/here$/)
    expect(await answers(2)).toMatchObject([{ status: 400, reason: 'BadRequest' }, { status: 200 }])
    expect(local.executionsOf('web')).toHaveLength(1)
  })
})

describe('a body over the limit', () => {
  const REFUSED =
    /^HTTP\/1\.1 413 Payload Too Large\r\n(?=[^]*x-answered-by: gateway; reason=LambdaRequestTooLarge\r\n)[^]*connection: close\r\n/

  it('is answered while it is being sent, and read no further', async () => {
    const { local, open, answers } = await serve(async () => OK)
    const client = open()
    client.send('POST / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`)
    expect(await client.flood(chunk, 10_000)).toBeLessThan(10_000)
    expect(client.received).toMatch(REFUSED)
    expect(await answers(1)).toMatchObject([{ status: 413, attempts: 0 }])
    const [{ requestBytes } = { requestBytes: 0 }] = await answers(1)
    expect(requestBytes).toBeGreaterThan(1_048_576)
    expect(requestBytes).toBeLessThanOrEqual(1_048_576 + 65_536)
    expect(local.requestsOf('web')).toHaveLength(0)
  })

  it('is answered before it is sent, where its length is declared', async () => {
    const { open } = await serve(async () => OK)
    const client = open()
    client.send('POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1048577\r\n\r\n')
    expect(await client.untilEnd()).toMatch(REFUSED)
  })

  it('ends the connection for the client, who may be slow to go', async () => {
    const { open, server } = await serve(async () => OK)
    const client = open()
    client.send('POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 2000000\r\n\r\nsome')
    await client.untilEnd()
    expect(client.socket.destroyed).toBe(false)
    client.socket.end()
    await client.untilClosed()
    await server.close()
  })

  it('is not asked for', async () => {
    const { open } = await serve(async () => OK)
    const expecting = (length: number): string =>
      `POST / HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`
    const client = open()
    client.send(expecting(3))
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    client.send('two')
    await client.until(/here$/)
    const other = open()
    other.send(expecting(2_000_000))
    expect(await other.untilEnd()).toMatch(REFUSED)
  })

  it('is as large as the format says', async () => {
    const format: HttpFormat = { ...FORMAT, maxRequestBytes: 3 }
    const { open } = await serve(async () => OK, { format })
    const client = open()
    client.send(post('/', 'two'))
    await client.until(/here$/)
    client.send(post('/', 'four'))
    expect(await client.untilEnd()).toContain('HTTP/1.1 413 ')
  })
})
