import { get } from '../served.js'

export const HOST = 'Host: shop.example\r\n'
export const SMUGGLED = get('/smuggled')

export const head = (line: string, ...headers: readonly string[]): string =>
  `${line}\r\n${HOST}${headers.map((header) => `${header}\r\n`).join('')}\r\n`
export const chunked = (body: string): string => head('POST / HTTP/1.1', 'Transfer-Encoding: chunked') + body

/** What is sent, and the status and the reason of the one answer to it. */
type Refused = readonly [name: string, bytes: string, status: number, reason: string]

export const BODIES: readonly Refused[] = [
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
    'BadTransferCoding',
  ],
  [
    'a coding that is none',
    head('POST / HTTP/1.1', 'Transfer-Encoding: identity') + '0\r\n\r\n',
    400,
    'BadTransferCoding',
  ],
  [
    'chunks in HTTP/1.0, which has none',
    head('POST / HTTP/1.0', 'Connection: keep-alive', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    400,
    'BadTransferCoding',
  ],
  // Who refuses it depends on the version of Node.
  [
    'a coding that is empty',
    head('POST / HTTP/1.1', 'Transfer-Encoding: ') + '0\r\n\r\n',
    400,
    'Bad(?:Request|TransferCoding)',
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

export const HEADS: readonly Refused[] = [
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

export const TARGETS: readonly Refused[] = [
  ['a space', head('GET /a b HTTP/1.1'), 400, 'BadRequest'],
  ['a NUL', head('GET /a\0 HTTP/1.1'), 400, 'BadRequest'],
  ['a tab', head('GET /a\t HTTP/1.1'), 400, 'BadRequest'],
  ['bytes beyond ASCII', head('GET /\xc3\xa4 HTTP/1.1'), 400, 'BadRequest'],
  ['an asterisk', head('OPTIONS * HTTP/1.1'), 400, 'BadRequestTarget'],
  ['no slash', head('GET a HTTP/1.1'), 400, 'BadRequest'],
  ['an authority', head('GET shop.example:80 HTTP/1.1'), 400, 'BadRequest'],
  ['a user name', head('GET http://user@shop.example/ HTTP/1.1'), 400, 'BadRequestTarget'],
  ['a host that is none', head('GET http:///a HTTP/1.1'), 400, 'BadRequestTarget'],
  ['another scheme', head('GET ftp://shop.example/a HTTP/1.1'), 400, 'BadRequestTarget'],
  ['more than 16 K', head(`GET /${'a'.repeat(17_000)} HTTP/1.1`), 414, 'UriTooLong'],
]

export const SIZES: readonly Refused[] = [
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
