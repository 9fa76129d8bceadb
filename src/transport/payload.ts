import { summarise } from '../failures/cause.js'
import { failure, type Failure } from '../failures/failure.js'

/** Turns values into bytes and back. */
export interface Codec {
  /** @throws whatever cannot be encoded; the call then fails with `PayloadNotSerializable` */
  encode(value: unknown): string | Uint8Array | undefined
  /** @throws whatever cannot be decoded; the call then fails with `ReplyNotDecodable` */
  decode(payload: Uint8Array): unknown
}

/** JSON both ways: what Lambda's own runtimes speak. */
export const jsonCodec: Codec = {
  encode(value) {
    refuseOpaque(value)
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined && value !== undefined) throw new TypeError(`JSON has no ${typeof value}`)
    return text
  },
  decode(payload) {
    const text = utf8.decode(payload)
    try {
      return JSON.parse(text) as unknown
    } catch {
      // Node's own message quotes the text, and errors go to logs, where replies have no place.
      throw new SyntaxError('the reply is not JSON')
    }
  },
}

/** JSON would send these as something else in silence: bytes as an object of numbers, a Map as `{}`. */
function refuseOpaque(value: unknown): void {
  const advice = isBytes(value)
    ? 'pass the value itself, or set a codec'
    : (value instanceof Map || value instanceof Set) && !('toJSON' in value)
      ? 'pass an object or a list, or set a codec'
      : undefined
  if (advice !== undefined)
    throw new TypeError(`JSON has no ${(value as object).constructor.name}; ${advice}`)
}

function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Source: Lambda quotas, "Invocation payload": 6 MB each for request and response, synchronous. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024

/** The payload's bytes, or why it cannot be sent. */
export function encodePayload(
  codec: Codec,
  value: unknown,
): Uint8Array | undefined | { readonly refused: Failure } {
  let encoded: string | Uint8Array | undefined
  try {
    encoded = codec.encode(value)
  } catch (error) {
    return { refused: notSerializable(value, error) }
  }
  if (encoded !== undefined && typeof encoded !== 'string' && !(encoded instanceof Uint8Array)) {
    return {
      refused: failure('PayloadNotSerializable', 'the codec made neither a text nor bytes of the payload'),
    }
  }
  // Bytes of a codec's own may be used again for the next call, whose payload must not be taken for this one.
  const bytes = typeof encoded === 'string' ? encoder.encode(encoded) : encoded?.subarray()
  if (bytes && bytes.byteLength > MAX_PAYLOAD_BYTES) {
    const message = `the payload has ${bytes.byteLength.toLocaleString('en')} bytes; Lambda takes at most ${MAX_PAYLOAD_BYTES.toLocaleString('en')}`
    return { refused: failure('PayloadTooLarge', message) }
  }
  return bytes
}

function notSerializable(value: unknown, error: unknown): Failure {
  const found = tryToFind(value)
  const message = found
    ? `the payload has ${found.what} at ${found.path}`
    : `the payload cannot be encoded: ${summarise(error).message}`
  return failure('PayloadNotSerializable', message, { cause: error })
}

interface Finding {
  readonly what: string
  readonly path: string
}

/** Undefined where looking fails as encoding did: a getter that throws, a depth that no stack can hold. */
function tryToFind(value: unknown): Finding | undefined {
  try {
    return findUnserializable(value, [])
  } catch {
    return undefined
  }
}

/** Where JSON stumbles: looked for only after it has. */
function findUnserializable(
  value: unknown,
  ancestors: readonly object[],
  path = 'payload',
): Finding | undefined {
  if (typeof value === 'bigint') return { what: 'a BigInt, which JSON cannot express,', path }
  if (typeof value !== 'object' || value === null || isBytes(value)) return undefined
  if (ancestors.includes(value)) return { what: 'a reference to one of its own parents', path }
  for (const [key, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${key}]` : `.${key}`
    const found = findUnserializable(inner, [...ancestors, value], path + step)
    if (found) return found
  }
  return undefined
}
