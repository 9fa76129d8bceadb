import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda'
import type { HttpHeaders, HttpReply } from '../../../src/http/index.js'

/** A request as a function puts it together from its event. */
export interface Rebuilt {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: HttpHeaders
  readonly body: Uint8Array
}

/** Says what method, path and query came in; the body and the other headers come back as they are. */
const LINE = 'x-echoed-line'

interface Body {
  readonly body?: string | null
  readonly isBase64Encoded: boolean
}

function bytesOf({ body, isBase64Encoded }: Body): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
}

function lineOf(method: string, path: string, query: string): string {
  return Buffer.from(JSON.stringify([method, path, query])).toString('base64')
}

function pairsOf(lists: Readonly<Record<string, readonly string[] | undefined>> | null = {}): HttpHeaders {
  return Object.entries(lists ?? {}).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )
}

function queryOf(pairs: Iterable<readonly [string, string | undefined]>): string {
  return Array.from(pairs, ([name, value]) => `${name}=${value}`).join('&')
}

export function albEcho(event: ALBEvent): object {
  const { httpMethod, path, headers = {}, queryStringParameters = {} } = event
  return {
    statusCode: 200,
    headers: { ...headers, [LINE]: lineOf(httpMethod, path, queryOf(Object.entries(queryStringParameters))) },
    body: bytesOf(event).toString('base64'),
    isBase64Encoded: true,
  }
}

export function albMultiValueEcho(event: ALBEvent): object {
  const { httpMethod, path, multiValueHeaders, multiValueQueryStringParameters } = event
  const query = queryOf(pairsOf(multiValueQueryStringParameters))
  return {
    statusCode: 200,
    multiValueHeaders: { ...multiValueHeaders, [LINE]: [lineOf(httpMethod, path, query)] },
    body: bytesOf(event).toString('base64'),
    isBase64Encoded: true,
  }
}

export function restApiEcho(event: APIGatewayProxyEvent): object {
  const { httpMethod, path, multiValueHeaders, multiValueQueryStringParameters } = event
  const decoded = pairsOf(multiValueQueryStringParameters)
  const query = queryOf(decoded.map(([name, value]) => [encodeURIComponent(name), encodeURIComponent(value)]))
  return {
    statusCode: 200,
    multiValueHeaders: { ...multiValueHeaders, [LINE]: [lineOf(httpMethod, path, query)] },
    body: bytesOf(event).toString('base64'),
    isBase64Encoded: true,
  }
}

/** Puts cookies back into a header, unless they are in it already. */
export function payloadV2Echo(event: APIGatewayProxyEventV2): object {
  const { rawPath, rawQueryString, cookies, headers, requestContext } = event
  return {
    statusCode: 200,
    headers: {
      ...(cookies && { cookie: cookies.join('; ') }),
      ...headers,
      [LINE]: lineOf(requestContext.http.method, rawPath, rawQueryString),
    },
    body: bytesOf(event).toString('base64'),
    isBase64Encoded: true,
  }
}

/** What a function rebuilt, out of its reply. */
export function rebuiltFrom({ headers, body }: HttpReply): Rebuilt {
  const line = new Map(headers).get(LINE) ?? ''
  const [method, path, query] = JSON.parse(Buffer.from(line, 'base64').toString()) as [string, string, string]
  return { method, path, query, headers: headers.filter(([name]) => name !== LINE), body }
}
