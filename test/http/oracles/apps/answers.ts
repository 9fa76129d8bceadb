import { gzipSync } from 'node:zlib'

/** What reached an app: what must be the same on both ways. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  /** As base64. */
  readonly body: string
}

/** What an app answers, for each framework to send in its own way. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array
  /** Whether the body is sent in two pieces, with no length told before. */
  readonly inPieces?: true
}

/** Holds what was seen, where the answer to HEAD has no body to hold it. */
export const SEEN_HEADER = 'x-seen'

/** They differ from connection to connection, and tell nothing of the request. */
const OF_THE_CONNECTION = new Set(['connection', 'transfer-encoding'])

interface Arrived {
  readonly method: string
  readonly target: string
  readonly headers: Iterable<readonly [name: string, value: unknown]>
  readonly body: Uint8Array
}

export function echo({ method, target, headers, body }: Arrived): Answer {
  const [path = '', ...query] = target.split('?')
  const seen: Seen = {
    method,
    path,
    query: query.join('?'),
    headers: Object.fromEntries(
      [...headers]
        .filter(([name]) => !OF_THE_CONNECTION.has(name))
        .map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.from(body).toString('base64'),
  }
  const text = JSON.stringify(seen)
  const held = method === 'HEAD' ? Buffer.from(text).toString('base64') : 'in the body'
  return {
    status: 200,
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      [SEEN_HEADER, held],
    ],
    body: Buffer.from(text),
  }
}

export const ALL_BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte)

/** What oracles that must be told take for binary. */
export const BINARY_TYPES = ['application/octet-stream', 'image/png']

/** By the last part of their path. */
export const ANSWERS = {
  bytes: answer(200, { 'content-type': 'application/octet-stream' }, ALL_BYTES),
  image: answer(200, { 'content-type': 'image/png' }, ALL_BYTES),
  gzip: answer(
    200,
    { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
    gzipSync('packed '.repeat(9)),
  ),
  json: answer(
    200,
    { 'content-type': 'application/json; charset=utf-8' },
    '{"name":"Zoë 日本 😀","nul":"\\u0000"}',
  ),
  html: answer(200, { 'content-type': 'text/html; charset=utf-8' }, '<p>\r\n\ttwo “lines”\n</p>'),
  latin1: answer(200, { 'content-type': 'text/plain; charset=iso-8859-1' }, Buffer.from('café', 'latin1')),
  large: answer(200, { 'content-type': 'text/plain; charset=utf-8' }, 'twelve bytes'.repeat(42_667)),
  pieces: { ...answer(200, { 'content-type': 'text/plain' }, 'first, second'), inPieces: true },
  empty: answer(200, { 'content-type': 'text/plain' }, ''),
  'no-content': answer(204, { 'x-id': '7' }),
  'not-modified': answer(304, { etag: '"v1"', 'cache-control': 'max-age=60' }),
  created: answer(201, { location: '/items/7?from=a%2Fb' }, 'made'),
  found: answer(302, { location: '/echo?next=%2Fcaf%C3%A9&a=b+c' }),
  moved: answer(301, { location: 'https://example.com/caf%C3%A9#top' }, 'moved'),
  repeat: answer(307, { location: '../echo' }),
  missing: answer(404, { 'content-type': 'application/json' }, '{"error":"no item 7"}'),
  unprocessable: answer(422, { 'content-type': 'application/problem+json' }, '{"title":"no"}'),
  broken: answer(500, { 'content-type': 'application/json' }, '{"error":"broken"}'),
  busy: answer(503, { 'retry-after': '7' }, 'busy'),
  'one-cookie': answer(200, { 'set-cookie': 'id=7; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly' }, 'ok'),
  cookies: answer(
    200,
    { 'set-cookie': ['b=2; Path=/', 'a=1', 'b=3; Expires=Wed, 21 Oct 2026 07:28:00 GMT'] },
    'ok',
  ),
  'repeated-header': answer(200, { 'x-many': ['one', 'two', 'three, four'] }, 'ok'),
  cased: answer(200, { 'X-CamelCase': 'Kept', 'CONTENT-LANGUAGE': 'de-DE' }, 'ok'),
  'long-header': answer(200, { 'x-long': 'value '.repeat(700).trim() }, 'ok'),
  'empty-header': answer(200, { 'x-empty': '' }, 'ok'),
  'latin1-header': answer(200, { 'x-name': 'café' }, 'ok'),
} satisfies Readonly<Record<string, Answer>>

/** The answer that a request to `/reply/…` asks for. */
export function answerNamed(name: string): Answer {
  const found = Object.entries(ANSWERS).find(([key]) => key === name)
  if (!found) throw new Error(`there is no answer named ${name}`)
  return found[1]
}

function answer(
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body?: string | Uint8Array,
): Answer {
  const pairs = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value] as const),
  )
  return { status, headers: pairs, ...(body === undefined ? {} : { body: Buffer.from(body) }) }
}
