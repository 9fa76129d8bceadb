import type { WireRequest } from './wire.js'

const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * What a request begins with, to its empty line.
 *
 * @throws {TypeError} for a header that would be more than one, or none
 */
export function requestHead({ method, path, headers, body }: WireRequest, keepAlive: boolean): string {
  let text = `${method} ${path} HTTP/1.1\r\nconnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n`
  for (const name in headers) {
    const value = headers[name] ?? ''
    if (NO_VALUE.test(value)) throw new TypeError(`invalid ${name} header`)
    text += `${name}: ${value}\r\n`
  }
  return body ? `${text}\r\n` : `${text}content-length: 0\r\n\r\n`
}
