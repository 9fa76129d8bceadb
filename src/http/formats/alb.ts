import type { ALBEvent } from 'aws-lambda'
import { flag, shape } from '../../core/settings.js'
import type { HttpFormat } from '../format.js'
import type { HttpHeaders, HttpRequest } from '../message.js'
import { parseTargetGroup } from '../target-group.js'
import { encodedBody } from './body.js'
import { EXAMPLE_TARGET_GROUP } from './examples.js'
import { MIB } from './limits.js'
import { allOfEach, lastOfEach, lowerCased } from './pairs.js'
import { rawParameters } from './query.js'
import { readReply, type ReplyFields } from './reply-fields.js'

/** Which target group the events come from. */
export interface AlbOptions {
  /** @defaultValue a made-up one */
  readonly targetGroupArn?: string
  /**
   * Whether headers and query parameters come as lists, as the target group's attribute
   * `lambda.multi_value_headers.enabled` says; without, the last value of each name wins.
   *
   * @defaultValue false
   */
  readonly multiValueHeaders?: boolean
}

const parse = shape({
  targetGroupArn: (given, path) => parseTargetGroup(given, path).arn,
  multiValueHeaders: flag,
})

/**
 * The events of an Application Load Balancer, whose query stays percent-encoded.
 *
 * Source: Application Load Balancer, "Lambda functions as targets".
 *
 * @throws {InvalidSettingError}
 */
export function alb(options: AlbOptions = {}): HttpFormat<ALBEvent> {
  const { targetGroupArn = EXAMPLE_TARGET_GROUP, multiValueHeaders = false } = parse(options, 'alb')
  const mode = multiValueHeaders ? MULTI_VALUE : SINGLE_VALUE
  return Object.freeze({
    name: 'alb',
    maxRequestBytes: MIB,
    maxReplyBytes: MIB,
    onInvalidReply: 'an Application Load Balancer answers 502 Bad Gateway',
    encode: (request: HttpRequest) => ({
      requestContext: { elb: { targetGroupArn } },
      httpMethod: request.method,
      path: request.path,
      ...mode.encode(request),
      ...(encodedBody(request) ?? { body: '', isBase64Encoded: false }),
    }),
    // Headers and isBase64Encoded are documented as required; load balancers take replies without them all the same.
    decode: (given: unknown) =>
      readReply(given, (fields) => ({
        status: fields.status(),
        statusText: fields.statusText(),
        headers: mode.headersOf(fields),
        body: fields.body(),
      })),
  })
}

interface Mode {
  encode(request: HttpRequest): Partial<ALBEvent>
  headersOf(fields: ReplyFields): HttpHeaders
}

const SINGLE_VALUE: Mode = {
  encode: ({ query, headers }) => ({
    queryStringParameters: lastOfEach(rawParameters(query)),
    headers: lastOfEach(lowerCased(headers)),
  }),
  headersOf(fields) {
    refuseElsewhere(fields, 'headers', 'multiValueHeaders', 'off')
    return fields.headers()
  },
}

const MULTI_VALUE: Mode = {
  encode: ({ query, headers }) => ({
    multiValueQueryStringParameters: allOfEach(rawParameters(query)),
    multiValueHeaders: allOfEach(lowerCased(headers)),
  }),
  headersOf(fields) {
    refuseElsewhere(fields, 'multiValueHeaders', 'headers', 'on')
    return fields.multiValueHeaders()
  },
}

/** A load balancer reads one of the two only: headers in the other would go missing without a word. */
function refuseElsewhere(fields: ReplyFields, wanted: string, other: string, state: 'on' | 'off'): void {
  if (!fields.isEmpty(wanted) || fields.isEmpty(other)) return
  const opposite = state === 'on' ? 'off' : 'on'
  fields.refuse(
    wanted,
    `must hold what is in ${other}, since multi-value headers are ${state} for the target group; ` +
      `pass alb({ multiValueHeaders: ${opposite === 'on'} }) if they are ${opposite}`,
  )
}
