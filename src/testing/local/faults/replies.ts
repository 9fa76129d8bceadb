import { STATUS_CODES } from 'node:http'
import { parseDuration } from '../../../core/duration.js'
import { serviceError, throttled } from '../http/reply.js'
import type { Reply } from '../http/reply.js'
import type { Fault } from './types.js'

type Of<T extends Fault['type']> = Extract<Fault, { type: T }>

/** The faults that are a whole HTTP reply. */
export type ReplyFault = Of<'error' | 'throttle' | 'functionError' | 'html' | 'redirect'>

const REPLIES: { [T in ReplyFault['type']]: (fault: Of<T>) => Reply } = {
  error({ name, message = `A scripted ${name}.`, status, fields }) {
    return serviceError(name, message, { status, fields })
  },
  throttle({ reason = 'ConcurrentInvocationLimitExceeded', message, retryAfter, retryAfterHeader }) {
    const waitMs = parseDuration(retryAfter)
    const header = waitMs === undefined ? retryAfterHeader : String(waitMs / 1_000)
    return throttled(reason, message, header === undefined ? {} : { 'retry-after': header })
  },
  functionError({ errorType = 'Error', errorMessage = 'A scripted function error.', payload }) {
    const headers = {
      'content-type': 'application/json',
      'x-amz-function-error': 'Unhandled',
      'x-amz-executed-version': '$LATEST',
    }
    const body = payload ?? JSON.stringify({ errorType, errorMessage, trace: [] })
    return { status: 200, headers, body: Buffer.from(body) }
  },
  html({ status }) {
    const page = `<html><body><h1>${status} ${STATUS_CODES[status] ?? ''}</h1></body></html>`
    return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(page), foreign: true }
  },
  redirect({ location = 'https://example.com/' }) {
    return { status: 302, headers: { location }, body: Buffer.alloc(0), foreign: true }
  },
}

/** The reply a fault scripts, with its own headers on top. */
export function replyOf(fault: ReplyFault): Reply {
  const make = REPLIES[fault.type] as (fault: ReplyFault) => Reply
  const reply = make(fault)
  return 'headers' in fault ? { ...reply, headers: { ...reply.headers, ...fault.headers } } : reply
}
