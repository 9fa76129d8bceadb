import { show } from '../core/settings.js'
import type { HttpFormat, InvalidReply } from './format.js'
import { withoutHopByHop } from './hop-by-hop.js'
import type { HttpReply } from './message.js'

/** Source: RFC 9110, sections 5.1 and 5.5, and RFC 9112, section 4. */
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

/** Whether a header can have this name. */
export function isHeaderName(name: string): boolean {
  return TOKEN.test(name)
}

/** Where the first character stands that neither a header's value nor a reason phrase can carry; below 0 if there is none. */
export function unsendableAt(text: string): number {
  return text.search(UNSENDABLE)
}

/**
 * A function's reply, read as its format says, without hop-by-hop headers; one that no HTTP response can carry is invalid
 * in every format.
 */
export function decodeReply(format: HttpFormat, given: unknown, text?: string): HttpReply | InvalidReply {
  const reply = format.decode(given, text)
  if ('problem' in reply) return reply
  return unsendable(reply) ?? { ...reply, headers: withoutHopByHop(reply.headers) }
}

function unsendable({ status, statusText, headers }: HttpReply): InvalidReply | undefined {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return { at: 'the status', problem: `must be a whole number from 200 to 599, but was ${show(status)}` }
  if (unsendableAt(statusText) >= 0)
    return { at: 'the reason phrase', problem: 'has a character that no status line can carry' }
  for (const [name, value] of headers) {
    const at = `the header ${show(name)}`
    if (!isHeaderName(name)) return { at, problem: 'has a name that no header can have' }
    // The value stays out of the message: it may be a secret.
    if (unsendableAt(value) >= 0) return { at, problem: 'has a character that no header can carry' }
  }
  return undefined
}
