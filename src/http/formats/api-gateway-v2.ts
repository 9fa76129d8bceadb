import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { shape, textLike } from '../../core/settings.js'
import type { HttpFormat } from '../format.js'
import type { HttpRequest } from '../message.js'
import { EXAMPLE_ACCOUNT, EXAMPLE_API, EXAMPLE_REGION } from './examples.js'
import { LAMBDA_MAX_REPLY_BYTES, MIB } from './limits.js'
import { accountId, hostLabel, region, stageVariables } from './option-parsers.js'
import { pathTemplate, routeKey } from './path-template.js'
import { eventV2, replyV2 } from './payload-v2.js'
import { percentDecoded } from './percent.js'

/** Which HTTP API the events come from. */
export interface ApiGatewayV2Options {
  /** One with a name is the first segment of the path. @defaultValue '$default' */
  readonly stage?: string
  /** @defaultValue a made-up one */
  readonly apiId?: string
  /** @defaultValue a made-up one */
  readonly accountId?: string
  /** @defaultValue 'us-east-1' */
  readonly region?: string
  /** The route, from whose path parameters come, such as `'GET /orders/{id}'`. @defaultValue '$default' */
  readonly routeKey?: string
  /** @defaultValue none */
  readonly stageVariables?: Readonly<Record<string, string>>
}

const parse = shape({
  stage: textLike(/^(?:\$default|[\w-]+)$/, "'$default', or the name of a stage, such as 'prod'"),
  apiId: hostLabel,
  accountId,
  region,
  routeKey,
  stageVariables,
})

/**
 * The events of API Gateway's HTTP APIs, payload format 2.0, whose path is decoded.
 *
 * Source: API Gateway, "Create AWS Lambda proxy integrations for HTTP APIs".
 *
 * @throws {InvalidSettingError}
 */
export function apiGatewayV2(options: ApiGatewayV2Options = {}): HttpFormat<APIGatewayProxyEventV2> {
  const parsed = parse(options, 'apiGatewayV2')
  const { stage = '$default', apiId = EXAMPLE_API, routeKey = '$default' } = parsed
  const { accountId = EXAMPLE_ACCOUNT, region = EXAMPLE_REGION } = parsed
  const domainName = `${apiId}.execute-api.${region}.amazonaws.com`
  const endpoint = { accountId, apiId, domainName, routeKey, stage }
  const base = stage === '$default' ? '' : `/${stage}`
  const parametersOf = pathTemplate(routeKey.replace(/^[A-Z]+ /, ''))
  const variables = parsed.stageVariables && { stageVariables: Object.fromEntries(parsed.stageVariables) }

  function encode(request: HttpRequest): APIGatewayProxyEventV2 {
    const event = eventV2({ ...request, path: base + request.path }, endpoint)
    const pathParameters = parametersOf(percentDecoded(request.path))
    return {
      ...event,
      rawPath: event.requestContext.http.path,
      ...(pathParameters && { pathParameters }),
      ...variables,
    }
  }

  return Object.freeze({
    name: 'apiGatewayV2',
    maxRequestBytes: 10 * MIB,
    maxReplyBytes: LAMBDA_MAX_REPLY_BYTES,
    onInvalidReply: 'API Gateway answers 500 with {"message": "Internal Server Error"}',
    encode,
    decode: replyV2,
  })
}
