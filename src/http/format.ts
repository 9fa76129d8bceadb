import { InvalidSettingError, required, shape, wholeNumber } from '../core/settings.js'
import type { HttpReply, HttpRequest } from './message.js'

/** Why a function's reply is none in its format. */
export interface InvalidReply {
  /** Where: `'statusCode'`, `'headers.x-id'`, `'the reply'`. */
  readonly at: string
  /** One clause that says what was given and what is allowed, such as `must be a whole number from 200 to 599, but was 'ok'`. */
  readonly problem: string
}

/**
 * How HTTP travels in the events of one service, such as an Application Load Balancer: requests out, replies back.
 *
 * A format of your own is an object like this one.
 */
export interface HttpFormat<Event = unknown> {
  /** Such as `'alb'`; stands in messages. */
  readonly name: string
  /** The largest body of a request that the service takes, in bytes. */
  readonly maxRequestBytes: number
  /** The largest reply, as the function's JSON, that the service takes, in bytes. */
  readonly maxReplyBytes: number
  /** What the service answers when a reply is invalid or too large, as the end of a sentence. */
  readonly onInvalidReply: string
  encode(request: HttpRequest): Event
  /**
   * Reads what the function returned; `text` is the JSON as it came, where there was any.
   *
   * Never throws: what is no reply comes back as the reason why.
   */
  decode(reply: unknown, text?: string): HttpReply | InvalidReply
}

const limits = shape({ maxRequestBytes: wholeNumber(0), maxReplyBytes: wholeNumber(0) })

/** A format that has what a format must have. @throws {InvalidSettingError} */
export function parseFormat(given: unknown, path: string): HttpFormat {
  const { encode, decode, maxRequestBytes, maxReplyBytes } = (given ?? {}) as Partial<HttpFormat>
  if (typeof encode !== 'function' || typeof decode !== 'function')
    throw new InvalidSettingError(path, given, 'a format, such as alb()')
  required(limits, 'maxRequestBytes', 'maxReplyBytes')({ maxRequestBytes, maxReplyBytes }, path)
  return given as HttpFormat
}
