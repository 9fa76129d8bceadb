import { createInvoker, InvalidSettingError } from 'resilient-lambda'
import { lambdaFetch } from 'resilient-lambda/http'
import { describe, expect, it, test } from 'vitest'
import { VERSION } from '../../../src/version.js'
import { latch } from '../../testing/local/support.js'
import { format, reply, rejectionOf, scriptedFetch, type Seen } from './support.js'

async function sent(input: string | URL | Request, init?: RequestInit): Promise<Seen> {
  const { fetch, items, seen } = scriptedFetch()
  items.replies(reply(200))
  await fetch(input, init)
  const [only, ...others] = seen()
  if (!only || others.length > 0) throw new Error(`There were ${others.length + 1} requests.`)
  return only
}

describe('the address', () => {
  test.each([
    ['an absolute URL', 'http://other.test/a/b?c=1'],
    ['a URL object', new URL('http://other.test/a/b?c=1')],
    ['a Request', new Request('http://other.test/a/b?c=1')],
    ['what prints as a URL', { toString: () => 'http://other.test/a/b?c=1' } as URL],
  ])('is %s', async (_, input) => {
    expect(await sent(input)).toMatchObject({
      method: 'GET',
      target: '/a/b?c=1',
      headers: { host: 'other.test', 'x-forwarded-proto': 'http', 'x-forwarded-port': '80' },
    })
  })

  it('is relative to the base URL', async () => {
    const seen = await sent('/a?b=1')
    expect(seen).toMatchObject({ target: '/a?b=1', headers: { host: 'items.internal' } })
  })

  it('keeps its escapes, and leaves its fragment here', async () => {
    expect(await sent('/caf%C3%A9/a%2Fb?q=a+b&r=%2B&q=#top')).toMatchObject({
      target: '/caf%C3%A9/a%2Fb?q=a+b&q=&r=%2B',
    })
  })

  it('may be resolved against a base URL with a path', async () => {
    const { fetch, items, seen } = scriptedFetch({ baseUrl: new URL('http://items.test:8080/v1/') })
    items.replies(reply(200))
    await fetch('items')
    await fetch('/items')
    expect(seen().map(({ target }) => target)).toEqual(['/v1/items', '/items'])
    expect(seen()[0]?.headers).toMatchObject({ host: 'items.test:8080', 'x-forwarded-port': '8080' })
  })

  it('must be absolute where there is no base URL', async () => {
    const error = await rejectionOf(lambdaFetch(createInvoker()('items'), format)('/a'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: "'/a' is no absolute URL: pass one, or set baseUrl." })
  })

  test.each(['ftp:', 'data:', 'file:', 'ws:'])('cannot be of the scheme %s', async (scheme) => {
    const { fetch, items } = scriptedFetch()
    const error = await rejectionOf(fetch(`${scheme}//items.test/a`))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: expect.stringContaining(`the scheme was '${scheme}'`) })
    expect(items.requests).toEqual([])
  })
})

describe('the headers', () => {
  it('are those that fetch adds, and those of a front door', async () => {
    const { headers } = await sent('/a')
    expect(headers).toEqual({
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      host: 'items.internal',
      'user-agent': `resilient-lambda/${VERSION}`,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    })
  })

  it("are the caller's own where there are any", async () => {
    const own = { Accept: 'text/plain', 'User-Agent': 'me', 'Accept-Encoding': 'identity', Host: 'own.test' }
    const { headers } = await sent('/a', { headers: { ...own, 'X-Forwarded-For': '192.0.2.7' } })
    expect(headers).toMatchObject({
      accept: 'text/plain',
      'user-agent': 'me',
      'accept-encoding': 'identity',
      host: 'own.test',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
    })
  })

  it('leave out what concerns one connection', async () => {
    const { headers } = await sent('/a', {
      headers: { Connection: 'close, X-Hop', 'X-Hop': '1', 'Keep-Alive': '5', 'X-Own': '2' },
    })
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['connection']))
    expect(headers).not.toHaveProperty('x-hop')
    expect(headers).not.toHaveProperty('keep-alive')
    expect(headers).toHaveProperty('x-own', '2')
  })

  test.each([
    ['POST', undefined, '0'],
    ['PUT', undefined, '0'],
    ['PATCH', undefined, '0'],
    ['DELETE', undefined, undefined],
    ['GET', undefined, undefined],
    ['POST', '', '0'],
    ['DELETE', 'é', '2'],
  ])('tell the length of a %s with the body %j: %s', async (method, body, length) => {
    const { headers } = await sent('/a', { method, ...(body !== undefined && { body }) })
    expect(headers['content-length']).toBe(length)
  })

  it('tell the true length, whatever the caller says', async () => {
    const { headers } = await sent('/a', { method: 'POST', body: 'abc', headers: { 'Content-Length': '9' } })
    expect(headers['content-length']).toBe('3')
  })
})

describe('the body', () => {
  const bytes = Uint8Array.from([0, 255, 128, 10])
  const form = new FormData()
  form.set('name', 'a "b"')
  form.set('file', new Blob([bytes], { type: 'image/x-test' }), 'file.bin')

  test.each([
    ['a text', 'héllo', 'text/plain;charset=UTF-8', Buffer.from('héllo')],
    ['bytes', bytes, undefined, Buffer.from(bytes)],
    ['a buffer', bytes.buffer, undefined, Buffer.from(bytes)],
    ['a Blob', new Blob([bytes], { type: 'image/x-test' }), 'image/x-test', Buffer.from(bytes)],
    [
      'URLSearchParams',
      new URLSearchParams({ a: 'b c', d: 'é' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      Buffer.from('a=b+c&d=%C3%A9'),
    ],
  ] as const)('may be %s', async (_, body, type, expected) => {
    const seen = await sent('/a', { method: 'POST', body })
    expect(seen.body).toEqual(expected)
    expect(seen.headers['content-type']).toBe(type)
    expect(seen.headers['content-length']).toBe(String(expected.byteLength))
  })

  it('may be a FormData', async () => {
    const { headers, body } = await sent('/a', { method: 'POST', body: form })
    const read = await new Response(body, {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData()
    expect(read.get('name')).toBe('a "b"')
    const file = read.get('file') as File
    expect([file.name, file.type, new Uint8Array(await file.arrayBuffer())]).toEqual([
      'file.bin',
      'image/x-test',
      bytes,
    ])
  })

  it('may be a stream', async () => {
    const body = ReadableStream.from([Buffer.from('ab'), Buffer.from('c')])
    const seen = await sent('/a', { method: 'POST', body, duplex: 'half' })
    expect(String(seen.body)).toBe('abc')
    expect(seen.headers['content-length']).toBe('3')
  })

  it('may be that of a Request, which is used up', async () => {
    const request = new Request('https://items.test/a', { method: 'POST', body: 'abc' })
    expect(String((await sent(request)).body)).toBe('abc')
    expect(request.bodyUsed).toBe(true)
  })

  it('may be that of a Request in place of an init', async () => {
    const request = new Request('https://items.test/a', {
      method: 'PUT',
      body: 'abc',
      headers: { 'x-id': '7' },
    })
    const seen = await sent('/b', request)
    expect(seen).toMatchObject({ method: 'PUT', target: '/b', headers: { 'x-id': '7' } })
    expect(String(seen.body)).toBe('abc')
  })

  it('rejects with what its stream fails with', async () => {
    const { fetch, items } = scriptedFetch()
    const failure = new Error('the disk is gone')
    const body = new ReadableStream({ pull: (controller) => controller.error(failure) })
    expect(await rejectionOf(fetch('/a', { method: 'POST', body, duplex: 'half' }))).toBe(failure)
    expect(items.requests).toEqual([])
  })
})

describe('the limit of the format', () => {
  const LIMIT = 1_048_576

  it('lets through what is just as long', async () => {
    const { body } = await sent('/a', { method: 'POST', body: new Uint8Array(LIMIT) })
    expect(body.byteLength).toBe(LIMIT)
  })

  test.each([
    ['a text', 'é'.repeat(LIMIT / 2 + 1), '1,048,578 bytes'],
    ['bytes', new Uint8Array(LIMIT + 1), '1,048,577 bytes'],
    ['a Blob', new Blob([new Uint8Array(LIMIT + 1)]), '1,048,577 bytes'],
    ['URLSearchParams', new URLSearchParams({ a: 'x'.repeat(LIMIT) }), 'more than 1,048,576 bytes'],
  ])('refuses %s before anything is sent, with both sizes', async (_, body, size) => {
    const { fetch, items } = scriptedFetch()
    const error = await rejectionOf(fetch('/a', { method: 'POST', body }))
    expect(error).toMatchObject({
      code: 'HttpRequestTooLarge',
      kind: 'request',
      mayHaveRun: false,
      message: expect.stringContaining(`the request's body has ${size}; alb takes at most 1,048,576`),
    })
    expect(items.requests).toEqual([])
  })

  it('refuses a stream while it is being read, and cancels it', async () => {
    const { fetch, items } = scriptedFetch()
    let pulled = 0
    const { opened: cancelled, open: cancel } = latch()
    const body = new ReadableStream({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(LIMIT / 4))
      },
      cancel,
    })
    const error = await rejectionOf(fetch('/a', { method: 'POST', body, duplex: 'half' }))
    expect(error).toMatchObject({
      code: 'HttpRequestTooLarge',
      message: expect.stringContaining('more than'),
    })
    await cancelled
    expect(pulled).toBeLessThan(8)
    expect(items.requests).toEqual([])
  })
})

describe('what cannot be asked', () => {
  const used = new Request('https://items.test/a', { method: 'POST', body: 'abc' })
  void used.text()
  const locked = new ReadableStream()
  locked.getReader()

  test.each([
    ['a Request of another library', { url: '/a' } as Request, {}],
    ['a GET with a body', '/a', { body: 'abc' }],
    ['a method that is none', '/a', { method: 'a b' }],
    ['a method that is forbidden', '/a', { method: 'TRACE' }],
    ['a header name that is none', '/a', { headers: { 'a b': '1' } }],
    ['a header value that is none', '/a', { headers: { a: 'b\nc' } }],
    ['a stream without duplex', '/a', { method: 'POST', body: new ReadableStream() }],
    ['a stream that is locked', '/a', { method: 'POST', body: locked, duplex: 'half' }],
    ['a Request whose body is used', used, {}],
    ['credentials in the URL', 'https://a:b@items.test/', {}],
    ['a redirect mode that is none', '/a', { redirect: 'away' }],
    ['an init that is none', '/a', 7],
    ['a signal that is none', '/a', { signal: new AbortController() }],
    [
      'chunks that are no bytes',
      '/a',
      { method: 'POST', body: ReadableStream.from(['abc']), duplex: 'half' },
    ],
  ])('rejects with a TypeError, and is never thrown: %s', async (_, input, init) => {
    const { fetch, items } = scriptedFetch()
    const call = fetch(input, init as RequestInit)
    expect(await rejectionOf(call)).toBeInstanceOf(TypeError)
    expect(items.requests).toEqual([])
  })

  it('says what a chunk may be', async () => {
    const { fetch } = scriptedFetch()
    const body = ReadableStream.from<never>(['abc' as never])
    expect(await rejectionOf(fetch('/a', { method: 'POST', body, duplex: 'half' }))).toMatchObject({
      message: expect.stringContaining('must be a stream of bytes'),
    })
  })

  it('says what an init may be', async () => {
    const { fetch } = scriptedFetch()
    expect(await rejectionOf(fetch('/a', 7 as RequestInit))).toMatchObject({
      message: 'init must be an object, but was 7.',
    })
  })

  it('says what a signal may be', async () => {
    const { fetch } = scriptedFetch()
    const signal = new AbortController() as unknown as AbortSignal
    expect(await rejectionOf(fetch('/a', { signal }))).toMatchObject({
      message: expect.stringContaining(
        "init.signal must be an AbortSignal, such as an AbortController's signal",
      ),
    })
  })
})

describe('the options', () => {
  const lambda = createInvoker()

  test.each([
    [
      'a base URL that is none',
      { baseUrl: '/a' },
      "options.baseUrl must be an http: or https: URL without credentials, such as 'https://orders.internal', but was '/a'.",
    ],
    ['a base URL of another scheme', { baseUrl: 'ftp://a' }, "but was 'ftp://a/'."],
    ['a base URL with a password', { baseUrl: 'https://me:secret@a' }, 'but was a URL with them.'],
    ['a base URL that is a number', { baseUrl: 7 }, 'but was 7.'],
    ['a setting that is not there', { base: 'https://a' }, "options has no setting 'base'."],
    ['a status that is none', { retryStatuses: [99] }, 'options.retryStatuses[0] must be'],
  ])('refuse %s', (_, options, message) => {
    const make = (): unknown => lambdaFetch(lambda('items'), format, options as object)
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })

  it('do not stand in for a function or a format', () => {
    expect(() => lambdaFetch('items' as never, format)).toThrow(/fn must be a function of an invoker/)
    const notCalled = (() => format) as never
    expect(() => lambdaFetch(lambda('items'), notCalled)).toThrow(/format must be a format, such as alb\(\)/)
  })
})
