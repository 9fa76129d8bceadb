import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { IncomingRequest } from '../../../../src/http/server/exchange.js'
import { incomingOf } from '../../../../src/http/server/node/node-request.js'

interface Parts {
  readonly url?: string
  readonly rawHeaders?: readonly string[]
  readonly httpVersion?: string
  readonly socket?: object
}

/** What is made of a request with these parts. */
function incoming({ url = '/', rawHeaders = [], httpVersion = '1.1', socket = {} }: Parts): IncomingRequest {
  const headers: Record<string, string> = {}
  rawHeaders.forEach((name, at) => {
    if (at % 2 === 0) headers[name.toLowerCase()] = rawHeaders[at + 1] ?? ''
  })
  const message = { method: 'GET', url, httpVersion, rawHeaders, headers, socket }
  return incomingOf(message as unknown as IncomingMessage, new AbortController().signal)
}

describe('a request of node:http', () => {
  it.each([
    ['/', '/', ''],
    ['/a?b=1', '/a', 'b=1'],
    ['/a?', '/a', ''],
    ['/a?b?c', '/a', 'b?c'],
    ['//a/../%2e%2e/%2F', '//a/../%2e%2e/%2F', ''],
    ['*', '*', ''],
  ])('keeps the target %s as it is', (url, path, query) => {
    expect(incoming({ url })).toMatchObject({ path, query })
  })

  it.each([
    ['http://shop.example', 'shop.example', '/', ''],
    ['http://shop.example/a?b', 'shop.example', '/a', 'b'],
    ['HTTPS://shop.example:8443?b', 'shop.example:8443', '/', 'b'],
    ['http://[::1]:80/a/@b', '[::1]:80', '/a/@b', ''],
    ['http://shop.example#a', 'shop.example', '/#a', ''],
  ])('takes the target %s apart, whose host is the one that counts', (url, host, path, query) => {
    const rawHeaders = ['X-A', '1', 'Host', 'other.example']
    const { headers, ...rest } = incoming({ url, rawHeaders })
    expect(rest).toMatchObject({ path, query })
    expect(headers).toEqual([
      ['host', host],
      ['X-A', '1'],
    ])
  })

  it.each([
    ['no host', []],
    ['two', ['Host', 'shop.example', 'HOST', 'shop.example']],
  ])('does not mend headers that name %s, though the target has one', (_, rawHeaders) => {
    const { headers } = incoming({ url: 'http://shop.example/', rawHeaders })
    expect(headers.flat()).toEqual(rawHeaders)
  })

  it.each(['http://user:secret@shop.example/', 'http:///a', 'ftp://shop.example/', 'shop.example:80'])(
    'makes nothing of the target %s, which so has no path',
    (url) => {
      const { path, headers } = incoming({ url, rawHeaders: ['Host', 'shop.example'] })
      expect(path).toBe(url)
      expect(headers).toEqual([['Host', 'shop.example']])
    },
  )

  it('keeps its headers in their order and their case', () => {
    const rawHeaders = ['B', '1', 'a', '2', 'b', '3']
    expect(incoming({ rawHeaders }).headers).toEqual([
      ['B', '1'],
      ['a', '2'],
      ['b', '3'],
    ])
  })

  it.each([
    [[], false],
    [['Content-Length', '0'], false],
    [['Content-Length', '1'], true],
    [['Transfer-Encoding', 'chunked'], true],
  ])('tells by %j whether it has a body', (rawHeaders, has) => {
    expect(incoming({ rawHeaders }).body !== undefined).toBe(has)
  })

  it.each([
    [
      { remoteAddress: '203.0.113.7', localPort: 8080 },
      { address: '203.0.113.7', protocol: 'http', port: 8080 },
    ],
    [
      { remoteAddress: '::ffff:203.0.113.7', localPort: 8080 },
      { address: '203.0.113.7', protocol: 'http', port: 8080 },
    ],
    [
      { remoteAddress: '::ffff', localPort: 8443, encrypted: true },
      { address: '::ffff', protocol: 'https', port: 8443 },
    ],
    [{}, { address: '0.0.0.0', protocol: 'http', port: 80 }],
    [{ encrypted: true }, { address: '0.0.0.0', protocol: 'https', port: 443 }],
  ])('has the origin that its socket %j has', (socket, origin) => {
    expect(incoming({ socket }).origin).toEqual(origin)
  })

  it('of HTTP/1.0 is for the address that was called, where it names no host', () => {
    const socket = { localAddress: '10.0.0.1', localPort: 8080 }
    const old = { httpVersion: '1.0', socket }
    expect(incoming(old).headers).toEqual([['host', '10.0.0.1:8080']])
    const six = { ...old, socket: { localAddress: '::1', localPort: 8080 } }
    expect(incoming(six).headers).toEqual([['host', '[::1]:8080']])
    expect(incoming({ ...old, rawHeaders: ['Host', 'a'] }).headers).toEqual([['Host', 'a']])
    expect(incoming({ socket }).headers).toEqual([])
  })
})
