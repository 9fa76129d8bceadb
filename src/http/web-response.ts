import type { HttpReply } from './message.js'
import { sendableHeaders } from './reply-headers.js'

/** Source: Fetch standard, "null body status". */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])

/** A reply as a standard Response; one to HEAD has no body, whatever the function returned. */
export function responseOf(reply: HttpReply, method: string): Response {
  const { status, statusText } = reply
  const body = method === 'HEAD' || WITHOUT_BODY.has(status) ? null : reply.body
  return new Response(body, { status, statusText, headers: new Headers(sendableHeaders(reply, method)) })
}

/** A Response as a reply: for fallbacks. */
export async function replyOf(response: Response): Promise<HttpReply> {
  const { status, statusText } = response
  // A Response given as a plain value answers more than once.
  const body = new Uint8Array(await response.clone().arrayBuffer())
  // One that was fetched has its body decoded, and its headers as they came.
  const stale = response.url === '' ? undefined : 'content-encoding'
  return { status, statusText, headers: [...response.headers].filter(([name]) => name !== stale), body }
}
