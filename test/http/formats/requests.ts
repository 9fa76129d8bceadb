import * as fc from 'fast-check'
import type { HttpHeaders } from '../../../src/http/index.js'

/** A piece of a URL as it is sent, and what it stands for. */
export interface Piece {
  readonly sent: string
  readonly meant: string
}

export interface Parameter {
  readonly name: Piece
  /** Undefined where there is not even an equals sign. */
  readonly value: Piece | undefined
}

/** A request of which the decoded parts are known, since it was put together of them. */
export interface Sent {
  readonly method: string
  readonly path: Piece
  readonly parameters: readonly Parameter[]
  /** What stands between two parameters. */
  readonly separator: string
  readonly headers: HttpHeaders
  readonly body: Uint8Array | undefined
}

const same = (text: string): Piece => ({ sent: text, meant: text })
const literal = fc.constantFrom('a', 'Z', '7', '~', '(', 'order', '.', '..', ':', '@').map(same)
const encoded = fc
  .constantFrom('é', '日', '🍋', ' ', '/', '%', '?', '&', '=', '+', '#', 'a', '\u0000', '__proto__')
  .map((meant) => ({
    sent: Array.from(Buffer.from(meant), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    meant,
  }))
const broken = fc.constantFrom('%', '%4', '%zz', '%ff', '%C3', '%A9', '%ed%a0%80', '%c0%af').map(same)
const plus: Piece = { sent: '+', meant: ' ' }

/** Pieces with something between them, so that two broken ones make no whole one. */
function text(piece: fc.Arbitrary<Piece>, between: string, minLength = 0): fc.Arbitrary<Piece> {
  return fc.array(piece, { minLength, maxLength: 4 }).map((pieces) => ({
    sent: pieces.map(({ sent }) => sent).join(between),
    meant: pieces.map(({ meant }) => meant).join(between),
  }))
}

const path = text(fc.oneof(literal, encoded, broken, fc.constant(same('+'))), '/').map(({ sent, meant }) => ({
  sent: `/${sent}`,
  meant: `/${meant}`,
}))
const name = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', 'constructor', '10', '9').map(same),
  text(fc.oneof(literal, encoded, broken, fc.constant(plus)), '-', 1),
)
const value = text(fc.oneof(literal, encoded, broken, fc.constant(plus)), '-')
const parameter = fc.record({ name, value: fc.option(value, { nil: undefined }) })

const headerValue = fc
  .array(fc.constantFrom('a', 'Z', ',', ', ', ';', '=', '"', '\t', 'é', 'ÿ', '%41'), { maxLength: 5 })
  .map((parts) => parts.join('').replace(/^[ \t]+|[ \t]+$/g, ''))
const header = fc.oneof(
  fc.tuple(fc.constantFrom('x-a', 'X-A', 'Accept', 'accept', '__proto__', 'constructor', '7'), headerValue),
  fc.tuple(fc.constantFrom('Host', 'user-agent', 'X-Forwarded-For', 'X-AMZN-TRACE-ID'), headerValue),
  fc.tuple(fc.constantFrom('cookie', 'Cookie'), fc.constantFrom('a=1', 'b=2; c=3', 'd=4;e=5', 'f')),
  fc.tuple(
    fc.constant('content-type'),
    fc.constantFrom('application/json', 'text/plain; charset=utf-8', 'image/png', 'multipart/form-data', ''),
  ),
  fc.tuple(
    fc.constantFrom('content-encoding', 'Content-Encoding'),
    fc.constantFrom('gzip', 'identity', 'br'),
  ),
  fc.tuple(fc.constant('Content-Length'), fc.constant('3')),
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.constant(Buffer.from('\uFEFF{}')),
)

export const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'),
  path,
  parameters: fc.array(parameter, { maxLength: 5 }),
  separator: fc.constantFrom('&', '&&'),
  headers: fc.array(header, { maxLength: 8 }),
  body: fc.option(body, { nil: undefined }),
})

export function queryOf({ parameters, separator }: Sent): string {
  return parameters
    .map(({ name, value }) => (value ? `${name.sent}=${value.sent}` : name.sent))
    .join(separator)
}
