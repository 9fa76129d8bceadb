import { STATUS_CODES } from 'node:http'
import { messageKeyOf, statusOf } from './statuses.js'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Sent by something in front of Lambda, which knows no request id. */
  readonly foreign?: true
}

interface ErrorDetails {
  readonly status?: number | undefined
  /** Further members of the JSON body, such as `Reason`. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** An error of the Lambda service, as its REST-JSON protocol carries one. */
export function serviceError(name: string, message: string | null, details: ErrorDetails = {}): Reply {
  const status = details.status ?? statusOf(name) ?? 500
  const type = status < 500 ? 'User' : 'Service'
  const body = JSON.stringify({ Type: type, [messageKeyOf(name)]: message, ...details.fields })
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name, ...details.headers }
  return { status, headers, body: Buffer.from(body) }
}

/** 429, as Lambda words it. */
export function throttled(
  reason: string,
  message = 'Rate Exceeded.',
  headers?: Record<string, string>,
): Reply {
  return serviceError('TooManyRequestsException', message, { fields: { Reason: reason }, headers })
}

/** All headers of a reply; 204 has no body, and so no length. */
export function headersOf(reply: Reply, requestId: string): Record<string, string> {
  const length = reply.status === 204 ? {} : { 'content-length': String(reply.body.length) }
  const id = reply.foreign ? {} : { 'x-amzn-requestid': requestId }
  return { ...reply.headers, ...id, ...length }
}

/** The head of a reply that is written to the socket by hand; such a connection is not used again. */
export function rawHead(reply: Reply, requestId: string): Buffer {
  const lines = [`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? 'Unknown'}`]
  const headers = { date: new Date().toUTCString(), ...headersOf(reply, requestId), connection: 'close' }
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
