import type { HttpRequest } from '../message.js'
import { lowerCased } from './pairs.js'

/** A body as an event carries it. */
interface EncodedBody {
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** Whether a body goes into the event as text, by its headers, whose names are in lower case. */
type TextRule = (headers: ReadonlyMap<string, string>) => boolean

const TEXTUAL: ReadonlySet<string> = new Set([
  'application/json',
  'application/javascript',
  'application/xml',
])

// A byte order mark is part of the body.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A request's body for its event, undefined when there is none or it is empty.
 *
 * One that is to go as text, and is not UTF-8, goes as base64: as text it would be lost.
 */
export function encodedBody(
  { headers, body }: HttpRequest,
  goesAsText: TextRule = unencodedText,
): EncodedBody | undefined {
  if (body === undefined || body.byteLength === 0) return undefined
  const text = goesAsText(new Map(lowerCased(headers))) ? textOf(body) : undefined
  if (text !== undefined) return { body: text, isBase64Encoded: false }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return { body: bytes.toString('base64'), isBase64Encoded: true }
}

/**
 * The rule of an API with binary media types: all else is text.
 *
 * Source: API Gateway, "Content type conversions"; without a content type a body counts as JSON.
 */
export function textUnless(binaryMediaTypes: readonly string[]): TextRule {
  const patterns = binaryMediaTypes.map((type) => type.toLowerCase())
  return function outsideOfThem(headers) {
    const type = mediaType(headers.get('content-type') ?? 'application/json')
    return !patterns.some((pattern) => matches(pattern, type))
  }
}

/**
 * The rule of a load balancer, for which any `Content-Encoding` is one, `identity` too.
 *
 * Source: Application Load Balancer, "Lambda functions as targets"; HTTP APIs and function URLs do the same.
 */
function unencodedText(headers: ReadonlyMap<string, string>): boolean {
  if (headers.has('content-encoding')) return false
  const type = mediaType(headers.get('content-type') ?? '')
  return type.startsWith('text/') || TEXTUAL.has(type)
}

function mediaType(contentType: string): string {
  return contentType.replace(/;.*/s, '').trim().toLowerCase()
}

function matches(pattern: string, type: string): boolean {
  if (pattern === '*/*') return true
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return utf8.decode(body)
  } catch {
    return undefined
  }
}
