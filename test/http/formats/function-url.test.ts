import { describe, expect, it, test } from 'vitest'
import { functionUrl } from '../../../src/http/formats/function-url.js'
import { requestWith } from '../support.js'
import { eventOf, refusalOf, throughJson } from './support.js'

const format = functionUrl({ urlId: 'zyxwvutsrqponmlkjihgfedcba543210', region: 'eu-west-1' })

describe('the event of a function URL', () => {
  it('has the raw path as it was sent, and its cookies in their header too', () => {
    const request = requestWith({
      method: 'PUT',
      path: '/orders/big%20ones',
      query: 'tag=new&tag=paid&sum=1+1',
      headers: [
        ['Host', 'shop.example'],
        ['User-Agent', 'test/1'],
        ['X-Probe', 'first'],
        ['x-probe', 'second'],
        ['Cookie', 'cart=42; lang=de'],
        ['content-type', 'application/x-www-form-urlencoded'],
      ],
      body: Buffer.from('a=1'),
    })
    expect(throughJson(format.encode(request))).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/orders/big%20ones',
      rawQueryString: 'tag=new&tag=paid&sum=1+1',
      cookies: ['cart=42', 'lang=de'],
      headers: {
        host: 'shop.example',
        'user-agent': 'test/1',
        'x-probe': 'first,second',
        cookie: 'cart=42; lang=de',
        'content-type': 'application/x-www-form-urlencoded',
      },
      queryStringParameters: { tag: 'new,paid', sum: '1 1' },
      requestContext: {
        accountId: 'anonymous',
        apiId: 'zyxwvutsrqponmlkjihgfedcba543210',
        domainName: 'zyxwvutsrqponmlkjihgfedcba543210.lambda-url.eu-west-1.on.aws',
        domainPrefix: 'zyxwvutsrqponmlkjihgfedcba543210',
        http: {
          method: 'PUT',
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
      body: 'YT0x',
      isBase64Encoded: true,
    })
  })

  it('has several cookie headers as one', () => {
    const event = eventOf(format, {
      headers: [
        ['cookie', 'a=1;b=2'],
        ['COOKIE', 'c=3'],
      ],
    })
    expect(event).toMatchObject({ cookies: ['a=1;b=2', 'c=3'], headers: { cookie: 'a=1;b=2; c=3' } })
  })

  it('has neither cookies nor their header without any', () => {
    const event = eventOf(format, { headers: [['host', 'a']] })
    expect(event).not.toHaveProperty('cookies')
    expect(event['headers']).toEqual({ host: 'a' })
  })
})

test.each([
  [{ urlId: 'a.b' }, /^functionUrl\.urlId must be an id of small letters, digits and dashes/],
  [{ region: 1 }, /^functionUrl\.region must be a region/],
  [{ stage: '$default' }, /^functionUrl has no setting 'stage'/],
])('a function URL with %j is refused', (options, expected) => {
  expect(refusalOf(() => functionUrl(options as object))).toMatch(expected)
})

test('a function URL has made-up settings of a valid form by default', () => {
  const { apiId, domainName } = functionUrl().encode(requestWith()).requestContext
  expect(functionUrl({ urlId: apiId }).encode(requestWith()).requestContext).toMatchObject({
    apiId,
    domainName,
  })
})
