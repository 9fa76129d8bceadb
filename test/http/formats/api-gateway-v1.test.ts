import { describe, expect, it, test } from 'vitest'
import { apiGatewayV1 } from '../../../src/http/formats/api-gateway-v1.js'
import { requestWith } from '../support.js'
import { eventOf, refusalOf, throughJson } from './support.js'

const format = apiGatewayV1({
  stage: 'live',
  apiId: 'x9y8z7w6v5',
  accountId: '210987654321',
  region: 'eu-west-1',
})

describe('the event of a REST API', () => {
  it('has everything twice, in one value and in all of them', () => {
    const request = requestWith({
      method: 'POST',
      path: '/orders/big%20ones',
      query: 'tag=new&tag=paid&next=https%3A%2F%2Fshop.example%2F&sum=1+1&plus=1%2B1&note=',
      headers: [
        ['host', 'shop.example'],
        ['user-agent', 'test/1'],
        ['X-Probe', 'first'],
        ['x-probe', 'second'],
        ['Cookie', 'cart=42; lang=de'],
        ['content-type', 'application/json'],
        ['Content-Length', '11'],
        ['x-forwarded-for', '198.51.100.3, 192.0.2.7'],
        ['x-forwarded-proto', 'https'],
        ['x-forwarded-port', '443'],
        ['x-amzn-trace-id', 'Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123'],
      ],
      body: Buffer.from('{"of":"it"}'),
    })
    expect(throughJson(format.encode(request))).toEqual({
      resource: '/{proxy+}',
      path: '/orders/big%20ones',
      httpMethod: 'POST',
      headers: {
        Host: 'shop.example',
        'User-Agent': 'test/1',
        'X-Probe': 'second',
        Cookie: 'cart=42; lang=de',
        'content-type': 'application/json',
        'X-Forwarded-For': '198.51.100.3, 192.0.2.7',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Port': '443',
        'X-Amzn-Trace-Id': 'Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123',
      },
      multiValueHeaders: {
        Host: ['shop.example'],
        'User-Agent': ['test/1'],
        'X-Probe': ['first', 'second'],
        Cookie: ['cart=42; lang=de'],
        'content-type': ['application/json'],
        'X-Forwarded-For': ['198.51.100.3, 192.0.2.7'],
        'X-Forwarded-Proto': ['https'],
        'X-Forwarded-Port': ['443'],
        'X-Amzn-Trace-Id': ['Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123'],
      },
      queryStringParameters: {
        tag: 'paid',
        next: 'https://shop.example/',
        sum: '1 1',
        plus: '1+1',
        note: '',
      },
      multiValueQueryStringParameters: {
        tag: ['new', 'paid'],
        next: ['https://shop.example/'],
        sum: ['1 1'],
        plus: ['1+1'],
        note: [''],
      },
      pathParameters: { proxy: 'orders/big%20ones' },
      stageVariables: null,
      requestContext: {
        accountId: '210987654321',
        apiId: 'x9y8z7w6v5',
        authorizer: null,
        domainName: 'x9y8z7w6v5.execute-api.eu-west-1.amazonaws.com',
        domainPrefix: 'x9y8z7w6v5',
        extendedRequestId: request.id,
        httpMethod: 'POST',
        identity: {
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
          sourceIp: '192.0.2.7',
          user: null,
          userAgent: 'test/1',
          userArn: null,
        },
        path: '/live/orders/big%20ones',
        protocol: 'HTTP/1.1',
        requestId: request.id,
        requestTime: '10/Jul/2026:19:19:04 +0000',
        requestTimeEpoch: request.receivedMs,
        resourceId: 'a1b2c3',
        resourcePath: '/{proxy+}',
        stage: 'live',
      },
      body: '{"of":"it"}',
      isBase64Encoded: false,
    })
  })

  it('has null for what is not there', () => {
    expect(eventOf(apiGatewayV1(), { path: '/', query: '', headers: [] })).toMatchObject({
      resource: '/',
      headers: {},
      multiValueHeaders: {},
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      requestContext: { path: '/prod/', resourcePath: '/', identity: { userAgent: null } },
      body: null,
      isBase64Encoded: false,
    })
  })

  test.each([
    ['/{proxy+}', '/a/b%2Fc', { proxy: 'a/b%2Fc' }],
    ['/{proxy+}', '/a/', { proxy: 'a' }],
    ['/{proxy+}', '/a//b', { proxy: 'a//b' }],
    ['/orders/{id}', '/orders/7', { id: '7' }],
    ['/orders/{id}', '/orders/7/', { id: '7' }],
    ['/orders/{id}', '/orders/7/lines', null],
    ['/orders/{id}/{rest+}', '/orders/7/lines/1', { id: '7', rest: 'lines/1' }],
    ['/v1.0/{a-b.c}', '/v1.0/x', { 'a-b.c': 'x' }],
    ['/v1.0/{id}', '/v1x0/x', null],
    ['/{__proto__}', '/x', JSON.parse('{"__proto__":"x"}')],
    ['/orders', '/orders', null],
    ['/orders/{id}', '/', null],
  ])('has the parameters that the resource %s finds in %s', (resource, path, expected) => {
    const event = eventOf(apiGatewayV1({ resource }), { path })
    expect(event['pathParameters']).toEqual(expected)
    expect(event).toMatchObject({ resource, requestContext: { resourcePath: resource } })
  })

  it('has stage variables', () => {
    const stageVariables = { table: 'orders', ['__proto__']: 'x' }
    expect(eventOf(apiGatewayV1({ stageVariables }))['stageVariables']).toEqual(stageVariables)
  })

  it('spells a header as it was spelled first', () => {
    const event = eventOf(format, {
      headers: [
        ['HOST', 'a'],
        ['x-Probe', '1'],
        ['X-PROBE', '2'],
        ['AUTHORIZATION', 'x'],
      ],
    })
    expect(event['multiValueHeaders']).toEqual({ Host: ['a'], 'x-Probe': ['1', '2'], AUTHORIZATION: ['x'] })
  })

  describe('with binary media types', () => {
    const utf8 = Buffer.from('text')
    test.each([
      [['image/png'], 'image/png', true],
      [['image/png'], 'IMAGE/PNG; q=1', true],
      [['Image/PNG'], 'image/png', true],
      [['image/png'], 'image/jpeg', false],
      [['image/png'], 'image/pnm', false],
      [['image/*'], 'image/jpeg', true],
      [['image/*'], 'imagery/jpeg', false],
      [['image/png'], 'application/octet-stream', false],
      [['*/*'], 'text/plain', true],
      [['*/*'], undefined, true],
      [['application/json'], undefined, true],
      [['text/plain'], undefined, false],
      [[], 'application/octet-stream', false],
      [['text/plain', 'application/x-www-form-urlencoded'], 'application/x-www-form-urlencoded', true],
    ])('%j a body of %s is base64: %j', (binaryMediaTypes, type, expected) => {
      const headers: [string, string][] = type === undefined ? [] : [['Content-Type', type]]
      const event = eventOf(apiGatewayV1({ binaryMediaTypes }), { headers, body: utf8 })
      expect(event['isBase64Encoded']).toBe(expected)
      expect(event['body']).toBe(expected ? utf8.toString('base64') : 'text')
    })

    it('a body that is no text goes as base64 all the same', () => {
      const body = Uint8Array.of(0xff, 0xfe)
      expect(eventOf(apiGatewayV1({ binaryMediaTypes: [] }), { body })).toMatchObject({
        body: '//4=',
        isBase64Encoded: true,
      })
    })
  })
})

test.each([
  [{ stage: 'a/b' }, /^apiGatewayV1\.stage must be the name of a stage, such as 'prod', but was 'a\/b'/],
  [{ stage: '$default' }, /^apiGatewayV1\.stage must be/],
  [{ apiId: 'A B' }, /^apiGatewayV1\.apiId must be an id of small letters/],
  [{ apiId: '-a' }, /^apiGatewayV1\.apiId/],
  [{ accountId: 123456789012 }, /^apiGatewayV1\.accountId must be the 12 digits of an account/],
  [{ accountId: '12345678901' }, /^apiGatewayV1\.accountId/],
  [{ accountId: '1234567890123' }, /^apiGatewayV1\.accountId/],
  [{ apiId: 'a'.repeat(64) }, /^apiGatewayV1\.apiId/],
  [{ apiId: 'a-' }, /^apiGatewayV1\.apiId/],
  [{ region: 'eu-central-1a' }, /^apiGatewayV1\.region/],
  [{ region: 'xeu-central-1' }, /^apiGatewayV1\.region/],
  [{ region: 'Europe' }, /^apiGatewayV1\.region must be a region, such as 'eu-central-1', but was 'Europe'/],
  [{ resource: 'orders' }, /^apiGatewayV1\.resource must be a path such as/],
  [{ resource: '' }, /^apiGatewayV1\.resource/],
  [{ resource: '/{a+}/b' }, /^apiGatewayV1\.resource/],
  [{ resource: '/a{b}' }, /^apiGatewayV1\.resource/],
  [
    { binaryMediaTypes: ['png'] },
    /^apiGatewayV1\.binaryMediaTypes\[0\] must be a media type, .* but was 'png'/,
  ],
  [{ binaryMediaTypes: ['*/png'] }, /^apiGatewayV1\.binaryMediaTypes\[0\]/],
  [{ binaryMediaTypes: ['image/png; q=1'] }, /^apiGatewayV1\.binaryMediaTypes\[0\]/],
  [{ binaryMediaTypes: [' image/png'] }, /^apiGatewayV1\.binaryMediaTypes\[0\]/],
  [{ binaryMediaTypes: '*/*' }, /^apiGatewayV1\.binaryMediaTypes must be a list/],
  [{ stageVariables: { a: 1 } }, /^apiGatewayV1\.stageVariables\.a must be a text/],
  [{ routeKey: '$default' }, /^apiGatewayV1 has no setting 'routeKey'/],
])('a REST API with %j is refused', (options, expected) => {
  expect(refusalOf(() => apiGatewayV1(options as object))).toMatch(expected)
})

test.each(['a', 'a'.repeat(63), 'my-api'])("an API's id may be %s", (apiId) => {
  expect(eventOf(apiGatewayV1({ apiId }))).toMatchObject({ requestContext: { apiId, domainPrefix: apiId } })
})

test.each(['eu-central-1', 'us-gov-west-1', 'cn-north-1'])('a region may be %s', (region) => {
  const domainName = `a.execute-api.${region}.amazonaws.com`
  expect(eventOf(apiGatewayV1({ apiId: 'a', region }))).toMatchObject({ requestContext: { domainName } })
})

test.each(['/', '/{proxy+}', '/a', '/a/{b}/c', '/a/{b}/{c+}', '/a/'])('a resource may be %s', (resource) => {
  expect(eventOf(apiGatewayV1({ resource }), { path: '/x' })['resource']).toBe(resource)
})
