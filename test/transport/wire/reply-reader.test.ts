import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplyReader } from '../../../src/transport/wire/reply-reader.js'
import type { WireHead } from '../../../src/transport/wire/wire.js'

interface Read {
  readonly heads: readonly WireHead[]
  readonly isWhole: boolean
  readonly keepsAlive: boolean
  readonly body: string
  /** Whether the connection's end would end the reply. */
  readonly mayEnd: boolean
}

/** What is read of a text that comes in pieces, all of them in the same memory. */
function read(...pieces: readonly string[]): Read {
  const heads: WireHead[] = []
  const reader = new ReplyReader((head) => heads.push(head))
  let isWhole = false
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    isWhole = reader.read(bytes)
    bytes.fill('!')
  }
  const body = Buffer.from(reader.body()).toString('latin1')
  return { heads, isWhole, keepsAlive: reader.keepsAlive, body, mayEnd: reader.end() }
}

const OK = 'HTTP/1.1 200 OK\r\n'

const WHOLE: readonly (readonly [string, string])[] = [
  ['with a length', `${OK}content-length: 5\r\nx: y\r\n\r\nhello`],
  [
    'in chunks',
    `${OK}transfer-encoding: Chunked\r\n\r\n3\r\nhel\r\n002;a="b"\r\nlo\r\n0\r\nx: y\r\ny: z\r\n\r\n`,
  ],
  [
    'after others',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n${OK}content-length: 5\r\n\r\nhello`,
  ],
]

it.each(WHOLE)('reads a reply %s, whatever the pieces in which it comes', (_, text) => {
  const once = read(text)
  expect(once).toMatchObject({ isWhole: true, keepsAlive: true, body: 'hello', mayEnd: false })
  expect(once.heads.map(({ status }) => status)).toEqual([200])
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 8 })
  fc.assert(
    fc.property(cuts, (places) => {
      const at = [0, ...places.toSorted((a, b) => a - b), text.length]
      expect(read(...at.slice(1).map((end, n) => text.slice(at[n], end)))).toEqual(once)
    }),
  )
  expect(read(...text.split(''))).toEqual(once)
})

it.each(WHOLE)('does not take a reply %s for whole that lacks its last byte', (_, text) => {
  expect(read(text.slice(0, -1))).toMatchObject({ isWhole: false, mayEnd: false })
})

describe('where a reply ends', () => {
  it.each([204, 304])('is its head with a status of %i', (status) => {
    const text = `HTTP/1.1 ${status} None\r\ncontent-length: 5\r\n\r\n`
    expect(read(text)).toMatchObject({ isWhole: true, body: '', keepsAlive: true })
  })

  it('is the end of the connection where it does not say so itself', () => {
    expect(read(`${OK}\r\nhel`, 'lo')).toMatchObject({
      isWhole: false,
      mayEnd: true,
      body: 'hello',
      keepsAlive: false,
    })
    expect(read('HTTP/1.1 200 OK\r\n')).toMatchObject({ mayEnd: false })
  })

  it('lets no other request on a connection that brings more', () => {
    for (const [, text] of WHOLE)
      expect(read(`${text}H`)).toMatchObject({ isWhole: true, body: 'hello', keepsAlive: false })
  })

  it.each([
    ['that is to be closed', `${OK}Connection: foo, Close\r\ncontent-length: 0\r\n\r\n`],
    ['of an older protocol', 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n'],
  ])('lets no other request on a connection %s', (_, text) => {
    expect(read(text)).toMatchObject({ isWhole: true, keepsAlive: false })
  })
})

it('takes the names of headers in lower case, their values without the space around, and joins what is several', () => {
  const { heads } = read(
    'HTTP/1.1 200\r\nX-A: \t1  \r\nx-a:2\r\nx-b:\r\nx-c: a:b\xe9\r\ncontent-length: 0\r\n\r\n',
  )
  expect(heads[0]?.headers).toEqual({
    'x-a': '1, 2',
    'x-b': '',
    'x-c': 'a:b\xe9',
    'content-length': '0',
  })
})

describe('what is no reply', () => {
  it.each([
    ['another protocol', 'HTTP/2 200 OK\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a line without a colon', `${OK}x y z\r\n\r\n`],
    ['a name with a space behind', `${OK}content-length : 5\r\n\r\n`],
    ['a folded line', `${OK}x: y\r\n z\r\n\r\n`],
    ['a line that ends too early', `${OK}x: y\nz: a\r\n\r\n`],
    ['a byte of zero', `${OK}x: \0\r\n\r\n`],
    ['a control character', `${OK}x: \x0b\r\n\r\n`],
    ['a tab at the end of a line', `${OK}transfer-encoding: chunked\t \r\n\r\n`],
    ['a space that HTTP does not know', `${OK}transfer-encoding: chunked\xa0\r\n\r\n`],
    ['two lengths', `${OK}content-length: 5\r\ncontent-length: 5\r\n\r\n`],
    [
      'two lengths where there is no body',
      'HTTP/1.1 304 None\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\n',
    ],
    ['an announcement that closes the connection', 'HTTP/1.1 103 Hints\r\nconnection: close\r\n\r\n'],
    ['a length with a sign', `${OK}content-length: +5\r\n\r\n`],
    ['a length and chunks', `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['an encoding that is not known', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
    ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\n\r\n`],
    ['a chunk with a space behind its size', `${OK}transfer-encoding: chunked\r\n\r\n5 \r\n`],
    ['a chunk with an extension that is none', `${OK}transfer-encoding: chunked\r\n\r\n5;a b\r\n`],
    ['a line after the chunks without a colon', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx\r\n`],
    ['a length after the chunks', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n`],
    ['a chunk with a sign', `${OK}transfer-encoding: chunked\r\n\r\n-5\r\n`],
    ['a chunk that is longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhello\r\n`],
  ])('is refused: %s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'HPE_INVALID' }))
  })

  it('is a head, or a line of a chunk, without an end', () => {
    const long = 'x'.repeat(9_000)
    expect(() => read(`${OK}x: `, long, long)).toThrow('too long')
    expect(() => read(`${OK}x: ${long}${long}\r\n\r\n`)).toThrow('too long')
    expect(() => read(`${OK}transfer-encoding: chunked\r\n\r\n5;`, long, long)).toThrow('too long')
  })

  it('is a change of protocol, which is told as a hang-up', () => {
    expect(() => read('HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\n\r\n')).toThrow('socket hang up')
  })
})
