import { alb } from 'resilient-lambda/http'
import { describe, expect, it } from 'vitest'
import { latch } from '../../../testing/local/support.js'
import { BODIES, chunked, HEADS, head, HOST, SIZES, SMUGGLED, TARGETS } from './malice.js'
import { eventsOf, get, post, serve, type WebEvent } from '../served.js'

const small = { ...alb({ multiValueHeaders: true }), maxRequestBytes: 50_000 }
const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }

describe.each([
  ['a body of unclear length', BODIES],
  ['a malformed head', HEADS],
  ['a target that is no path', TARGETS],
  ['a head that is too large', SIZES],
])('%s', (_, table) => {
  it.each(table)('is refused: %s', async (_, bytes, status, reason) => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send(bytes)
    client.socket.end()
    const text = await client.untilEnd()
    expect(text).toMatch(
      new RegExp(`^HTTP/1.1 ${status} [^]*\r\nx-answered-by: gateway; reason=${reason}\r\n`),
    )
    expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    expect(local.requestsOf('web')).toHaveLength(0)
    expect((await fetch(server.url)).status).toBe(200)
    expect(local.executionsOf('web')).toHaveLength(1)
  })
})

describe('a request that follows on the same connection', () => {
  it.each(BODIES)('is not passed on after a body of unclear length: %s', async (_, bytes) => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send(bytes + SMUGGLED)
    const text = await client.untilEnd()
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    await fetch(server.url)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/'])
  })

  it.each([
    ['with a length', head('POST / HTTP/1.1', 'Content-Length: 1100000') + 'x'.repeat(1_100_000)],
    ['in chunks', chunked(`10c8e0\r\n${'x'.repeat(1_100_000)}\r\n0\r\n\r\n`)],
    ['refused for its head', head('POST / HTTP/1.1', 'Host: other.example', 'Content-Length: 5') + 'hello'],
  ])('is not passed on after a body that was not read: %s', async (_, bytes) => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send(bytes + SMUGGLED)
    const text = await client.untilEnd()
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d [^]*connection: close\r\n/)
    expect(text.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    await fetch(server.url)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/'])
  })

  it('is passed on after one that was refused for its head, and had no body', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(head('OPTIONS * HTTP/1.1') + get('/next'))
    expect(await client.until(/here$/)).toMatch(/^HTTP\/1\.1 400 [^]*HTTP\/1\.1 200 /)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/next'])
  })

  it('is a part of the body where the length says so', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(post('/outer', SMUGGLED) + get('/next'))
    await client.until(/here[^]*here$/)
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/outer', '/next'])
    const { body = '', isBase64Encoded = false } = eventsOf(local)[0] ?? {}
    expect(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe(SMUGGLED)
  })

  it.each([
    ['of no known length', head('POST / HTTP/1.1', 'Transfer-Encoding: gzip, chunked') + '0\r\n\r\n'],
    ['that is malformed', chunked('zz\r\nhello\r\n0\r\n\r\n')],
  ])('is refused after the answer to the one before, for its body %s', async (_, bytes) => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(get('/first') + bytes)
    const text = await client.untilEnd()
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/first'])
  })

  it('is answered in its turn though what comes after it is malformed', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(get('/first') + post('/second', 'body') + 'NONSENSE\r\n\r\n' + SMUGGLED)
    const text = await client.untilEnd()
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(eventsOf(local).map(({ path }) => path)).toEqual(['/first', '/second'])
  })
})

describe('a path', () => {
  it.each([
    '/a/../b',
    '/../../etc/passwd',
    '/a/%2e%2e/b',
    '/a/%2E./b',
    '/a%2Fb',
    '/a%5cb',
    '/a\\..\\b',
    '//a//b/',
    '//other.example/a',
    '/./',
    '/a;b=c/..;/d',
    '/%',
    '/%zz',
    '/%00',
    '/%0d%0aX-A:1',
    '/a#b',
    '/http://other.example/',
    '/~user/$a,b!',
    '/{a}|"<b>^`',
  ])('is passed on as it is: %s', async (path) => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(get(path))
    await client.until(/here$/)
    expect(eventsOf(local).map((event) => event.path)).toEqual([path])
  })

  it.each([
    ['http://other.example/a/../b?c', '/a/../b', { c: [''] }, 'other.example'],
    ['HTTP://other.example:8080', '/', {}, 'other.example:8080'],
    ['https://other.example?c=1', '/', { c: ['1'] }, 'other.example'],
    ['http://other.example//a', '//a', {}, 'other.example'],
  ])('comes from an absolute target, and its host with it: %s', async (target, path, query, host) => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(get(target))
    await client.until(/here$/)
    expect(eventsOf(local)).toMatchObject([
      { path, multiValueQueryStringParameters: query, multiValueHeaders: { host: [host] } },
    ])
  })
})

describe('a request that is odd and yet in order', () => {
  it.each<[string, string, Partial<WebEvent>]>([
    ['empty lines before it', `\r\n\r\n${get('/')}`, { path: '/' }],
    [
      'spaces around a value',
      head('GET / HTTP/1.1', 'X-A: \t 1 \t'),
      { multiValueHeaders: { 'x-a': ['1'] } },
    ],
    ['a value that is empty', head('GET / HTTP/1.1', 'X-A:'), { multiValueHeaders: { 'x-a': [''] } }],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', { multiValueHeaders: { host: [''] } }],
    [
      'chunks with extensions and trailers',
      chunked('3;a=b;c="d"\r\ntwo\r\nA\r\n0123456789\r\n0;e\r\nX-A: 1\r\n\r\n'),
      { body: Buffer.from('two0123456789').toString('base64') },
    ],
    [
      'a length for a request that needs none',
      head('GET / HTTP/1.1', 'Content-Length: 3') + 'two',
      { body: Buffer.from('two').toString('base64') },
    ],
    [
      'a claim of the sender',
      head('GET / HTTP/1.1', 'X-Forwarded-Proto: https'),
      { multiValueHeaders: { 'x-forwarded-proto': ['http'] } },
    ],
  ])('is passed on: %s', async (_, bytes, seen) => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(bytes)
    await client.until(/here$/)
    expect(eventsOf(local)).toMatchObject([seen])
  })

  it('loses its trailers, which no event has a place for', async () => {
    const { local, open } = await serve(async () => OK)
    const client = open()
    client.send(chunked('0\r\nX-A: 1\r\n\r\n'))
    await client.until(/here$/)
    expect(Object.keys(eventsOf(local)[0]?.multiValueHeaders ?? {})).not.toContain('x-a')
  })
})

describe('a flood', () => {
  const opening = `GET / HTTP/1.1\r\n${HOST}`

  it.each([
    ['headers', opening, 'X-A: 1\r\n'.repeat(1_000)],
    ['chunks', chunked(''), '1\r\nx\r\n'.repeat(10_000)],
    ['garbage', opening, '\xff'.repeat(65_536)],
  ])('of %s is ended', async (_, begin, text) => {
    const { local, open, server } = await serve(async () => OK, { format: small })
    const client = open()
    client.send(begin)
    expect(await client.flood(Buffer.from(text, 'latin1'), 10_000)).toBeLessThan(10_000)
    expect(client.received).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(client.received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    expect(local.requestsOf('web')).toHaveLength(0)
    expect((await fetch(server.url)).status).toBe(200)
  })

  it('of requests is ended, before the first has its answer', async () => {
    const never = latch()
    const { local, open } = await serve(async () => {
      await never.opened
      return OK
    })
    const client = open()
    expect(await client.flood(Buffer.from(get('/').repeat(1_000)), 10_000)).toBeLessThan(10_000)
    expect(client.received).toBe('')
    await local.until(() => local.openSockets === 0)
    expect(local.requestsOf('web').length).toBeLessThanOrEqual(1)
    never.open()
  })
})
