import type { HttpHeaders } from '../message.js'

const ASCII = /^[\x20-\x7e\t]*$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Header values as text: Node and the Fetch standard have them as bytes, one in each character. Undefined where they are
 * not UTF-8.
 *
 * Source: Application Load Balancer, "Access logs", LambdaBadRequest.
 */
export function asUtf8(headers: HttpHeaders): HttpHeaders | undefined {
  if (headers.every(([, value]) => ASCII.test(value))) return headers
  try {
    return headers.map(([name, value]) => [name, utf8.decode(Buffer.from(value, 'latin1'))])
  } catch {
    return undefined
  }
}
