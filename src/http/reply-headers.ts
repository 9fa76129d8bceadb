import { valuesOf } from './headers.js'
import type { HttpReply } from './message.js'

/** Source: Fetch standard, "null body status", and RFC 9110, section 15.3.6. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** Whether a reply goes out with its body, whatever the function returned. */
export function sendsBody({ status }: Pick<HttpReply, 'status'>, method: string): boolean {
  return method !== 'HEAD' && !WITHOUT_BODY.has(status)
}

/**
 * A reply's headers as they go out, with the length that its body has.
 *
 * In replies to HEAD and in a 304 there is nothing to measure: there the function's own word stays, if it is a length.
 */
export function sendableHeaders(reply: HttpReply, method: string): [string, string][] {
  const others = reply.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  const length = lengthOf(reply, method)
  const all = length === undefined ? others : [...others, ['content-length', length] as const]
  return all.map(([name, value]) => [name, value])
}

function lengthOf(reply: HttpReply, method: string): string | undefined {
  if (sendsBody(reply, method)) return String(reply.body.byteLength)
  if (reply.status === 205) return '0'
  if (reply.status === 204) return undefined
  const [length, ...more] = valuesOf(reply.headers, 'content-length')
  return length !== undefined && more.length === 0 && /^\d+$/.test(length) ? length : undefined
}
