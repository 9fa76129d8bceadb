import type { APIGatewayProxyEvent } from 'aws-lambda'
import { listOf, shape, textLike } from '../../core/settings.js'
import type { HttpFormat } from '../format.js'
import type { HttpHeaders, HttpRequest } from '../message.js'
import { encodedBody, textUnless } from './body.js'
import { EXAMPLE_ACCOUNT, EXAMPLE_API, EXAMPLE_REGION } from './examples.js'
import { LAMBDA_MAX_REPLY_BYTES, MIB } from './limits.js'
import { accountId, hostLabel, region, stageVariables } from './option-parsers.js'
import { allOfEach, lastOfEach } from './pairs.js'
import { pathTemplate, resourcePath } from './path-template.js'
import { decodedParameters } from './query.js'
import { readReply } from './reply-fields.js'
import { requestContextV1, spelledByApiGateway } from './request-context-v1.js'

/** Which REST API the events come from. */
export interface ApiGatewayV1Options {
  /** @defaultValue 'prod' */
  readonly stage?: string
  /** @defaultValue a made-up one */
  readonly apiId?: string
  /** @defaultValue a made-up one */
  readonly accountId?: string
  /** @defaultValue 'us-east-1' */
  readonly region?: string
  /** The path of the resource, from which path parameters come. @defaultValue '/{proxy+}', and '/' for the root */
  readonly resource?: string
  /**
   * The media types of requests that come as base64, such as `image/*`; all others come as text. A reply is decoded
   * whenever it says `isBase64Encoded`, whatever the request accepts.
   *
   * @defaultValue by content type: JSON, JavaScript, XML and all of `text/*` come as text
   */
  readonly binaryMediaTypes?: readonly string[]
  /** @defaultValue none */
  readonly stageVariables?: Readonly<Record<string, string>>
}

const parse = shape({
  stage: textLike(/^[\w-]+$/, "the name of a stage, such as 'prod'"),
  apiId: hostLabel,
  accountId,
  region,
  resource: resourcePath,
  binaryMediaTypes: listOf(
    textLike(
      /^(?:\*\/\*|[\w.+-]+\/(?:\*|[\w.+-]+))$/,
      "a media type, such as 'image/png', 'image/*' or '*/*'",
    ),
  ),
  stageVariables,
})

const REPLY_FIELDS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']

/**
 * The events of API Gateway's REST APIs, payload format 1.0, whose query is decoded, and whose path is not.
 *
 * Source: API Gateway, "Lambda proxy integrations in API Gateway".
 *
 * @throws {InvalidSettingError}
 */
export function apiGatewayV1(options: ApiGatewayV1Options = {}): HttpFormat<APIGatewayProxyEvent> {
  const parsed = parse(options, 'apiGatewayV1')
  const { stage = 'prod', apiId = EXAMPLE_API, accountId = EXAMPLE_ACCOUNT, region = EXAMPLE_REGION } = parsed
  const api = { stage, apiId, accountId, domainName: `${apiId}.execute-api.${region}.amazonaws.com` }
  const { resource = '/{proxy+}', binaryMediaTypes } = parsed
  const parametersOf = pathTemplate(resource)
  const textRule = binaryMediaTypes && textUnless(binaryMediaTypes)
  const variables = parsed.stageVariables ? Object.fromEntries(parsed.stageVariables) : null

  function encode(request: HttpRequest): APIGatewayProxyEvent {
    const { path, method } = request
    // A greedy parameter takes at least one character, so that the root is a resource of its own.
    const found = path === '/' && resource === '/{proxy+}' ? '/' : resource
    const headers = spelledByApiGateway(request.headers)
    const query = decodedParameters(request.query)
    return {
      resource: found,
      path,
      httpMethod: method,
      headers: lastOfEach(headers),
      multiValueHeaders: allOfEach(headers),
      queryStringParameters: query.length > 0 ? lastOfEach(query) : null,
      multiValueQueryStringParameters: query.length > 0 ? allOfEach(query) : null,
      pathParameters: parametersOf(path) ?? null,
      stageVariables: variables,
      requestContext: requestContextV1(request, { ...api, resource: found }),
      ...(encodedBody(request, textRule) ?? { body: null, isBase64Encoded: false }),
    }
  }

  return Object.freeze({
    name: 'apiGatewayV1',
    maxRequestBytes: 10 * MIB,
    maxReplyBytes: LAMBDA_MAX_REPLY_BYTES,
    onInvalidReply: 'API Gateway answers 502 with {"message": "Internal server error"}',
    encode,
    decode: (given: unknown) =>
      readReply(given, (fields) => {
        fields.refuseOthersThan(REPLY_FIELDS)
        return {
          status: fields.status({ texts: true, whenAbsent: 200 }),
          statusText: '',
          headers: merged(fields.multiValueHeaders(), fields.headers()),
          body: fields.body(),
        }
      }),
  })
}

/** Both kinds of headers as one list, in which the same header with the same value stands once. */
function merged(multiple: HttpHeaders, single: HttpHeaders): HttpHeaders {
  const known = new Set(multiple.map(([name, value]) => `${name.toLowerCase()}: ${value}`))
  return [...multiple, ...single.filter(([name, value]) => !known.has(`${name.toLowerCase()}: ${value}`))]
}
