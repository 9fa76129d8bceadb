import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { shape } from '../../core/settings.js'
import type { HttpFormat } from '../format.js'
import type { HttpRequest } from '../message.js'
import { EXAMPLE_FUNCTION_URL, EXAMPLE_REGION } from './examples.js'
import { LAMBDA_MAX_REPLY_BYTES, MIB } from './limits.js'
import { hostLabel, region } from './option-parsers.js'
import { eventV2, replyV2 } from './payload-v2.js'

/** Which function URL the events come from. */
export interface FunctionUrlOptions {
  /** The first part of the host name. @defaultValue a made-up one */
  readonly urlId?: string
  /** @defaultValue 'us-east-1' */
  readonly region?: string
}

const parse = shape({ urlId: hostLabel, region })

/**
 * The events of a function URL that anyone may call: payload format 2.0, with the raw path as it was sent, and with
 * cookies both in a list and in their header.
 *
 * Source: AWS Lambda, "Invoking Lambda function URLs".
 *
 * @throws {InvalidSettingError}
 */
export function functionUrl(options: FunctionUrlOptions = {}): HttpFormat<LambdaFunctionURLEvent> {
  const { urlId = EXAMPLE_FUNCTION_URL, region = EXAMPLE_REGION } = parse(options, 'functionUrl')
  const endpoint = {
    accountId: 'anonymous',
    apiId: urlId,
    domainName: `${urlId}.lambda-url.${region}.on.aws`,
    routeKey: '$default',
    stage: '$default',
  }

  function encode(request: HttpRequest): LambdaFunctionURLEvent {
    const event = eventV2(request, endpoint)
    const { headers, cookies } = event
    return cookies ? { ...event, headers: { ...headers, cookie: cookies.join('; ') } } : event
  }

  return Object.freeze({
    name: 'functionUrl',
    maxRequestBytes: 6 * MIB,
    maxReplyBytes: LAMBDA_MAX_REPLY_BYTES,
    onInvalidReply: 'a function URL answers 502 with "Internal Server Error"',
    encode,
    decode: replyV2,
  })
}
