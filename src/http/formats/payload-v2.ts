import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { InvalidReply } from '../format.js'
import type { HttpReply, HttpRequest } from '../message.js'
import { encodedBody } from './body.js'
import { joinedOfEach, lowerCased } from './pairs.js'
import { percentDecoded } from './percent.js'
import { decodedParameters } from './query.js'
import { readReply } from './reply-fields.js'
import { requestTime } from './request-time.js'
import { typeName } from './type-name.js'

/** Where a request came in. */
interface Endpoint {
  readonly accountId: string
  readonly apiId: string
  readonly domainName: string
  readonly routeKey: string
  readonly stage: string
}

/** An event in payload format 2.0, its `rawPath` as it was sent, its cookies apart from the headers. */
export function eventV2(request: HttpRequest, endpoint: Endpoint): APIGatewayProxyEventV2 {
  const { method, path, query, origin, id, receivedMs } = request
  const { accountId, apiId, domainName, routeKey, stage } = endpoint
  const headers = lowerCased(request.headers)
  const cookies = headers.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split('; '))
  const parameters = decodedParameters(query)
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: joinedOfEach(headers.filter(([name]) => name !== 'cookie')),
    ...(parameters.length > 0 && { queryStringParameters: joinedOfEach(parameters) }),
    requestContext: {
      accountId,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: {
        method,
        path: percentDecoded(path),
        protocol: 'HTTP/1.1',
        sourceIp: origin.address,
        userAgent: new Map(headers).get('user-agent') ?? '',
      },
      requestId: id,
      routeKey,
      stage,
      time: requestTime(receivedMs),
      timeEpoch: receivedMs,
    },
    ...(encodedBody(request) ?? { isBase64Encoded: false }),
  }
}

/**
 * A reply in payload format 2.0; whatever has no status code is a body on its own. `text` is the JSON as it came.
 *
 * Source: API Gateway, "Create AWS Lambda proxy integrations for HTTP APIs", Lambda function response.
 */
export function replyV2(given: unknown, text?: string): HttpReply | InvalidReply {
  if (!hasStatusCode(given)) return inferred(given, text)
  return readReply(given, (fields) => ({
    status: fields.status({ texts: true }),
    statusText: '',
    headers: [...fields.cookies(), ...fields.headers()],
    body: fields.body(),
  }))
}

function hasStatusCode(given: unknown): boolean {
  return (
    typeof given === 'object' && given !== null && 'statusCode' in given && given.statusCode !== undefined
  )
}

/** Text as it is, anything else as JSON; a function that returns nothing has returned null. */
function inferred(given: unknown, text?: string): HttpReply | InvalidReply {
  // Written anew, JSON would lose digits of its numbers, and the order of its keys.
  const body = typeof given === 'string' ? given : (text ?? json(given ?? null))
  if (body === undefined) return { at: 'the reply', problem: `must be JSON, but was ${typeName(given)}` }
  const headers = [['content-type', 'application/json']] as const
  return { status: 200, statusText: '', headers, body: Buffer.from(body) }
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
