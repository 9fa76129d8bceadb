import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { show } from '../../core/settings.js'

/** What is to be decoded, where it is known before it comes: for the first coding only. */
type MakeDecoder = (bytes?: Uint8Array) => Transform

/** Source: RFC 1950, section 2.2, "compression method". */
const ZLIB = 8

const DECODERS: ReadonlyMap<string, MakeDecoder> = new Map<string, MakeDecoder>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', (bytes) => (hasZlibHeader(bytes) ? createInflate() : createInflateRaw())],
  ['br', () => createBrotliDecompress()],
])

/** As many as Node's own fetch takes: a long list costs much and serves nobody. */
const MOST_CODINGS = 5

/**
 * A body without its content codings: decoded while it is read, and no faster. Undefined where it is to be left as it
 * is, since it is empty or has a coding that is not known.
 *
 * A body that is not what its codings say, or not all of it, is an error of the stream.
 */
export function decodedBody(body: Uint8Array, contentEncoding: string): ReadableStream | undefined {
  const codings = contentEncoding.split(',').map((coding) => coding.trim().toLowerCase())
  const known = codings.map((coding) => DECODERS.get(coding)).filter((make) => make !== undefined)
  if (body.byteLength === 0 || known.length < codings.length) return undefined
  // The last one was applied last.
  return ReadableStream.from(decode(body, known.toReversed(), contentEncoding))
}

/** Nothing is made until the first chunk is asked for, so that nothing is left of a body that nobody reads. */
async function* decode(
  body: Uint8Array,
  makers: readonly MakeDecoder[],
  contentEncoding: string,
): AsyncGenerator<Uint8Array> {
  if (makers.length > MOST_CODINGS)
    throw new TypeError(`A body may have at most ${MOST_CODINGS} content codings, but has ${makers.length}.`)
  const decoded = makers.reduce<Readable>(
    (encoded, make, index) => pipeline(encoded, make(index === 0 ? body : undefined), ignore),
    Readable.from([body]),
  )
  try {
    yield* decoded
  } catch (cause) {
    throw new TypeError(`The body cannot be decoded as its content-encoding, ${show(contentEncoding)}.`, {
      cause,
    })
  }
}

/** Whoever reads the last stream hears of an error in any of them. */
function ignore(): void {}

/** Some send a deflate stream without the zlib header before it, and fetch takes either. */
function hasZlibHeader([first = ZLIB]: Iterable<number> = []): boolean {
  return (first & 0x0f) === ZLIB
}
