import type { HttpReply } from './message.js'
import { sendsBody, sendableHeaders } from './reply-headers.js'

/** A reply as a standard Response. */
export function responseOf(reply: HttpReply, method: string): Response {
  const { status, statusText } = reply
  const body = sendsBody(reply, method) ? reply.body : null
  return new Response(body, { status, statusText, headers: new Headers(sendableHeaders(reply, method)) })
}
