import { describe, expect, it } from 'vitest'
import { eventsOf, get, post, serve, type WebEvent } from './served.js'

const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }

const HOST = 'Host: shop.example\r\n'
const SMUGGLED = get('/smuggled')

const head = (line: string, ...headers: readonly string[]): string =>
  `${line}\r\n${HOST}${headers.map((header) => `${header}\r\n`).join('')}\r\n`
const chunked = (body: string): string => head('POST / HTTP/1.1', 'Transfer-Encoding: chunked') + body

/** What is sent, and the status and the reason of the one answer to it. */
type Refused = readonly [name: string, bytes: string, status: number, reason: string]

const FRAMING: readonly Refused[] = [
  [
    'a length and chunks',
    head('POST / HTTP/1.1', 'Content-Length: 6', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'chunks and a length',
    head('POST / HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Length: 6') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'two lengths',
    head('POST / HTTP/1.1', 'Content-Length: 3', 'Content-Length: 0') + 'two',
    400,
    'BadRequest',
  ],
  [
    'a length twice',
    head('POST / HTTP/1.1', 'Content-Length: 3', 'Content-Length: 3') + 'two',
    400,
    'BadRequest',
  ],
  ['a list of lengths', head('POST / HTTP/1.1', 'Content-Length: 3, 3') + 'two', 400, 'BadRequest'],
  ['a length with a sign', head('POST / HTTP/1.1', 'Content-Length: +3') + 'two', 400, 'BadRequest'],
  ['a length below nothing', head('POST / HTTP/1.1', 'Content-Length: -3') + 'two', 400, 'BadRequest'],
  ['a length in hex', head('POST / HTTP/1.1', 'Content-Length: 0x3') + 'two', 400, 'BadRequest'],
  ['no length at all', head('POST / HTTP/1.1', 'Content-Length: ') + 'two', 400, 'BadRequest'],
  [
    'a length beyond all numbers',
    head('POST / HTTP/1.1', 'Content-Length: 18446744073709551617') + 'two',
    400,
    'BadRequest',
  ],
  ['a length before its colon', head('POST / HTTP/1.1', 'Content-Length : 3') + 'two', 400, 'BadRequest'],
  [
    'chunked twice',
    head('POST / HTTP/1.1', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'chunked before another coding',
    head('POST / HTTP/1.1', 'Transfer-Encoding: chunked, identity') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'chunked after another coding',
    head('POST / HTTP/1.1', 'Transfer-Encoding: gzip, chunked') + '0\r\n\r\n',
    400,
    'BadTransferCoding',
  ],
  [
    'a coding that is nearly chunked',
    head('POST / HTTP/1.1', 'Transfer-Encoding: xchunked') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'a coding that is none',
    head('POST / HTTP/1.1', 'Transfer-Encoding: identity') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'a coding before its colon',
    head('POST / HTTP/1.1', 'Transfer-Encoding : chunked') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  [
    'a coding on a line of its own',
    head('POST / HTTP/1.1', 'Transfer-Encoding:\r\n chunked') + '0\r\n\r\n',
    400,
    'BadRequest',
  ],
  ['a chunk of no size', chunked('\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size that is no number', chunked('zz\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size below nothing', chunked('-5\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size with 0x', chunked('0x5\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size beyond all numbers', chunked('fffffffffffffffff\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size with a space after it', chunked('5 \r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk size that ends in a bare LF', chunked('5\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk longer than its size', chunked('3\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk extension with a NUL', chunked('5;a=\0\r\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk extension that ends in a bare LF', chunked('5;a\nhello\r\n0\r\n\r\n'), 400, 'BadRequest'],
  ['a chunk extension without an end', chunked(`5;${'a'.repeat(100_000)}`), 400, 'BadRequest'],
  ['trailers that are malformed', chunked('5\r\nhello\r\n0\r\nX A: 1\r\n\r\n'), 400, 'BadRequest'],
]

const HEADS: readonly Refused[] = [
  ['something that is not HTTP', '\x16\x03\x01\x02\0\x01\0\x01\xfc', 400, 'BadRequest'],
  ['lines that end in a bare LF', 'GET / HTTP/1.1\nHost: shop.example\n\n', 400, 'BadRequest'],
  ['a header that ends in a bare LF', head('GET / HTTP/1.1', 'X-A: 1\nX-B: 2'), 400, 'BadRequest'],
  ['a header on two lines', head('GET / HTTP/1.1', 'X-A: 1\r\n 2'), 400, 'BadRequest'],
  ['a first header on two lines', 'GET / HTTP/1.1\r\n Host: shop.example\r\n\r\n', 400, 'BadRequest'],
  ['a space before a colon', head('GET / HTTP/1.1', 'X-A : 1'), 400, 'BadRequest'],
  ['a space in a name', head('GET / HTTP/1.1', 'X A: 1'), 400, 'BadRequest'],
  ['a name that is none', head('GET / HTTP/1.1', ': 1'), 400, 'BadRequest'],
  ['a name with brackets', head('GET / HTTP/1.1', 'X(A): 1'), 400, 'BadRequest'],
  ['a header without a colon', head('GET / HTTP/1.1', 'X-A'), 400, 'BadRequest'],
  ['a NUL in a value', head('GET / HTTP/1.1', 'X-A: 1\0'), 400, 'BadRequest'],
  ['a CR in a value', head('GET / HTTP/1.1', 'X-A: 1\rX-B: 2'), 400, 'BadRequest'],
  ['a control character in a value', head('GET / HTTP/1.1', 'X-A: \x01'), 400, 'BadRequest'],
  ['a value that is no UTF-8', head('GET / HTTP/1.1', 'X-A: \xff'), 400, 'LambdaBadRequest'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'BadHost'],
  ['two hosts', head('GET / HTTP/1.1', 'Host: other.example'), 400, 'BadHost'],
  ['a method in lower case', head('get / HTTP/1.1'), 400, 'BadRequest'],
  ['a method that nobody knows', head('BREW / HTTP/1.1'), 400, 'BadRequest'],
  ['TRACE', head('TRACE / HTTP/1.1'), 405, 'MethodNotAllowed'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BadRequest'],
  ['HTTP/2.0', head('GET / HTTP/2.0'), 505, 'HttpVersionNotSupported'],
  ['HTTP/1.2', head('GET / HTTP/1.2'), 400, 'BadRequest'],
  ['HTTP/0.9', 'GET /\r\n\r\n', 505, 'HttpVersionNotSupported'],
  ['a space after the version', head('GET / HTTP/1.1 '), 400, 'BadRequest'],
  ['another protocol', head('GET / ICY/1.1'), 400, 'BadRequest'],
]

const TARGETS: readonly Refused[] = [
  ['a space', head('GET /a b HTTP/1.1'), 400, 'BadRequest'],
  ['a NUL', head('GET /a\0 HTTP/1.1'), 400, 'BadRequest'],
  ['a tab', head('GET /a\t HTTP/1.1'), 400, 'BadRequest'],
  ['bytes beyond ASCII', head('GET /\xc3\xa4 HTTP/1.1'), 400, 'BadRequest'],
  ['an asterisk', head('OPTIONS * HTTP/1.1'), 400, 'BadRequestTarget'],
  ['no slash', head('GET a HTTP/1.1'), 400, 'BadRequest'],
  ['an authority', head('GET shop.example:80 HTTP/1.1'), 400, 'BadRequest'],
  ['a user name', head('GET http://user@shop.example/ HTTP/1.1'), 400, 'BadRequestTarget'],
  ['a host that is none', head('GET http:///a HTTP/1.1'), 400, 'BadRequest'],
  ['another scheme', head('GET ftp://shop.example/a HTTP/1.1'), 400, 'BadRequestTarget'],
  ['more than 16 K', head(`GET /${'a'.repeat(17_000)} HTTP/1.1`), 414, 'UriTooLong'],
]

const SIZES: readonly Refused[] = [
  [
    'a header of more than 16 K',
    head('GET / HTTP/1.1', `X-A: ${'a'.repeat(17_000)}`),
    400,
    'HeadersTooLarge',
  ],
  [
    'headers of more than 64 K',
    head('GET / HTTP/1.1', ...Array<string>(5).fill(`X-A: ${'a'.repeat(14_000)}`)),
    400,
    'HeadersTooLarge',
  ],
  ['more than Node takes', head('GET / HTTP/1.1', `X-A: ${'a'.repeat(100_000)}`), 400, 'HeadersTooLarge'],
  ['a URL of more than Node takes', head(`GET /${'a'.repeat(100_000)} HTTP/1.1`), 400, 'HeadersTooLarge'],
  ['a header without an end', `GET / HTTP/1.1\r\n${HOST}X-A: ${'a'.repeat(200_000)}`, 400, 'HeadersTooLarge'],
]

describe.each([
  ['a body of unclear length', FRAMING],
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
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(local.requestsOf('web')).toHaveLength(0)
    expect((await fetch(server.url)).status).toBe(200)
    expect(local.executionsOf('web')).toHaveLength(1)
  })
})

describe('a request that follows on the same connection', () => {
  it.each(FRAMING)('is not passed on after a body of unclear length: %s', async (_, bytes) => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send(bytes + SMUGGLED)
    const text = await client.untilEnd()
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
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
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
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
  it.each([
    ['headers', 'X-A: 1\r\n'.repeat(1_000)],
    ['chunks of nothing', '1\r\nx\r\n'.repeat(10_000)],
    ['garbage', '\xff'.repeat(65_536)],
  ])('of %s is ended', async (kind, text) => {
    const { local, open, server } = await serve(async () => OK)
    const client = open()
    client.send(kind === 'chunks of nothing' ? chunked('') : `GET / HTTP/1.1\r\n${HOST}`)
    expect(await client.flood(Buffer.from(text, 'latin1'), 10_000)).toBeLessThan(10_000)
    expect(client.received).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(client.received.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(local.requestsOf('web')).toHaveLength(0)
    expect((await fetch(server.url)).status).toBe(200)
  })
})
