import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { HttpHeaders, HttpRequest } from '../message.js'
import { lowerCased } from './pairs.js'
import { requestTime } from './request-time.js'

/** What a request met in a REST API. */
interface RestApi {
  readonly stage: string
  readonly apiId: string
  readonly accountId: string
  readonly domainName: string
  readonly resource: string
}

const SPELLING = new Map(
  ['Host', 'User-Agent', 'X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'].map(
    (name) => [name.toLowerCase(), name],
  ),
)

/** Headers with the names that a REST API gives them: some its own, the others as they were sent first. */
export function spelledByApiGateway(headers: HttpHeaders): HttpHeaders {
  const spelling = new Map(SPELLING)
  const spelled = headers.map(([name, value]): [string, string] => {
    const key = name.toLowerCase()
    const known = spelling.get(key) ?? name
    spelling.set(key, known)
    return [known, value]
  })
  // The body of an event has a length of its own.
  return spelled.filter(([name]) => name.toLowerCase() !== 'content-length')
}

export function requestContextV1(request: HttpRequest, api: RestApi): APIGatewayProxyEvent['requestContext'] {
  const { method, path, headers, origin, id, receivedMs } = request
  const { stage, apiId, accountId, domainName, resource } = api
  return {
    accountId,
    apiId,
    authorizer: null,
    domainName,
    domainPrefix: apiId,
    extendedRequestId: id,
    httpMethod: method,
    identity: {
      ...ANONYMOUS,
      sourceIp: origin.address,
      userAgent: new Map(lowerCased(headers)).get('user-agent') ?? null,
    },
    path: `/${stage}${path}`,
    protocol: 'HTTP/1.1',
    requestId: id,
    requestTime: requestTime(receivedMs),
    requestTimeEpoch: receivedMs,
    resourceId: 'a1b2c3',
    resourcePath: resource,
    stage,
  }
}

const ANONYMOUS = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
}
