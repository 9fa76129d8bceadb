import { describe, expect, it, test } from 'vitest'
import { apiGatewayV2 } from '../../../src/http/formats/api-gateway-v2.js'
import { requestWith } from '../support.js'
import { eventOf, refusalOf, throughJson } from './support.js'

const format = apiGatewayV2({ apiId: 'x9y8z7w6v5', accountId: '210987654321', region: 'eu-west-1' })

describe('the event of an HTTP API', () => {
  it('has a decoded path, the query as it was sent, cookies apart, and values joined by commas', () => {
    const request = requestWith({
      method: 'POST',
      path: '/orders/big%20ones',
      query: 'tag=new&tag=paid&next=https%3A%2F%2Fshop.example%2F&sum=1+1&plus=1%2B1&note=',
      headers: [
        ['Host', 'shop.example'],
        ['User-Agent', 'test/1'],
        ['X-Probe', 'first'],
        ['x-probe', 'second'],
        ['Cookie', 'cart=42; lang=de'],
        ['cookie', 'seen=1'],
        ['content-type', 'application/json'],
        ['content-length', '11'],
      ],
      body: Buffer.from('{"of":"it"}'),
    })
    expect(throughJson(format.encode(request))).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/orders/big ones',
      rawQueryString: 'tag=new&tag=paid&next=https%3A%2F%2Fshop.example%2F&sum=1+1&plus=1%2B1&note=',
      cookies: ['cart=42', 'lang=de', 'seen=1'],
      headers: {
        host: 'shop.example',
        'user-agent': 'test/1',
        'x-probe': 'first,second',
        'content-type': 'application/json',
        'content-length': '11',
      },
      queryStringParameters: {
        tag: 'new,paid',
        next: 'https://shop.example/',
        sum: '1 1',
        plus: '1+1',
        note: '',
      },
      requestContext: {
        accountId: '210987654321',
        apiId: 'x9y8z7w6v5',
        domainName: 'x9y8z7w6v5.execute-api.eu-west-1.amazonaws.com',
        domainPrefix: 'x9y8z7w6v5',
        http: {
          method: 'POST',
          path: '/orders/big ones',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.7',
          userAgent: 'test/1',
        },
        requestId: request.id,
        routeKey: '$default',
        stage: '$default',
        time: '10/Jul/2026:19:19:04 +0000',
        timeEpoch: request.receivedMs,
      },
      body: '{"of":"it"}',
      isBase64Encoded: false,
    })
  })

  it('does not have what is not there', () => {
    const event = eventOf(format, { query: '', headers: [] })
    expect(Object.keys(event)).toEqual([
      'version',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'isBase64Encoded',
    ])
    expect(event).toMatchObject({
      rawQueryString: '',
      headers: {},
      requestContext: { http: { userAgent: '' } },
      isBase64Encoded: false,
    })
  })

  test.each([
    ['/a%2Fb', '/a/b'],
    ['/a+b', '/a+b'],
    ['/a%2Bb', '/a+b'],
    ['/100%25', '/100%'],
    ['/%2541', '/%41'],
    ['/caf%C3%A9/%e6%97%A5/%F0%9F%8D%8B', '/café/日/🍋'],
    ['/what%3Fnow', '/what?now'],
    ['/caf%E9', '/caf%E9'],
    ['/%', '/%'],
    ['/%4', '/%4'],
    ['/%zz%41', '/%zzA'],
    ['/%ED%A0%80', '/%ED%A0%80'],
    ['/%C0%AF', '/%C0%AF'],
    ['/%F7%BF%BF%BF', '/%F7%BF%BF%BF'],
    ['/%E6%97x%41', '/%E6%97xA'],
  ])('decodes the path %s to %s', (path, expected) => {
    expect(eventOf(format, { path })).toMatchObject({
      rawPath: expected,
      requestContext: { http: { path: expected } },
    })
  })

  test.each([
    ['flag&a=1', { flag: '', a: '1' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1&%61=2', { a: '1,2' }],
    ['a=%zz&b=%ff', { a: '%zz', b: '%ff' }],
    ['%2B=+&a+b=%20', { '+': ' ', 'a b': ' ' }],
    ['__proto__=x', JSON.parse('{"__proto__":"x"}')],
    ['&&', undefined],
  ])('keeps the query %s, and has its parameters decoded', (query, expected) => {
    const event = eventOf(format, { query })
    expect(event['rawQueryString']).toBe(query)
    expect(event['queryStringParameters']).toEqual(expected)
  })

  it('has the stage before the path, unless it is the default one', () => {
    expect(eventOf(apiGatewayV2({ stage: 'live' }), { path: '/a%20b' })).toMatchObject({
      rawPath: '/live/a b',
      requestContext: { stage: 'live', http: { path: '/live/a b' } },
    })
  })

  it('has the parameters that its route finds in the decoded path', () => {
    const withRoute = apiGatewayV2({ routeKey: 'GET /orders/{id}/{rest+}', stage: 'live' })
    expect(eventOf(withRoute, { path: '/orders/big%20one/a%2Fb/c/' })).toMatchObject({
      routeKey: 'GET /orders/{id}/{rest+}',
      requestContext: { routeKey: 'GET /orders/{id}/{rest+}' },
      pathParameters: { id: 'big one', rest: 'a/b/c' },
    })
    expect(eventOf(withRoute, { path: '/orders/1/a%0Ab' })).toMatchObject({
      pathParameters: { rest: 'a\nb' },
    })
    expect(eventOf(withRoute, { path: '/elsewhere' })).not.toHaveProperty('pathParameters')
  })

  it('has stage variables', () => {
    expect(eventOf(apiGatewayV2({ stageVariables: { table: 'orders' } }))).toMatchObject({
      stageVariables: { table: 'orders' },
    })
  })
})

test.each([
  [
    { stage: 'a b' },
    /^apiGatewayV2\.stage must be '\$default', or the name of a stage, such as 'prod', but was/,
  ],
  [{ routeKey: '/orders' }, /^apiGatewayV2\.routeKey must be '\$default', or a method and a path/],
  [{ routeKey: 'get /orders' }, /^apiGatewayV2\.routeKey/],
  [{ routeKey: '$other' }, /^apiGatewayV2\.routeKey/],
  [{ apiId: '' }, /^apiGatewayV2\.apiId/],
  [{ accountId: 'me' }, /^apiGatewayV2\.accountId/],
  [{ region: 'eu' }, /^apiGatewayV2\.region/],
  [{ stageVariables: [] }, /^apiGatewayV2\.stageVariables must be an object/],
  [{ resource: '/' }, /^apiGatewayV2 has no setting 'resource'/],
])('an HTTP API with %j is refused', (options, expected) => {
  expect(refusalOf(() => apiGatewayV2(options as object))).toMatch(expected)
})
