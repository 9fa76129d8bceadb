import { describe, expect, it, test } from 'vitest'
import { alb } from '../../../src/http/formats/alb.js'
import { healthCheckRequest } from '../../../src/http/server/gateway/health-check-request.js'
import { requestWith } from '../support.js'
import { eventOf, problemOf, refusalOf, replyOf, throughJson } from './support.js'

const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-west-1:210987654321:targetgroup/shop/00aa11bb22cc33dd'
const single = alb({ targetGroupArn })
const multi = alb({ targetGroupArn, multiValueHeaders: true })

const order = requestWith({
  method: 'POST',
  path: '/orders/big%20ones',
  query: 'tag=new&tag=paid&next=https%3A%2F%2Fshop.example%2F&sum=1+1&plus=1%2B1&note=',
  headers: [
    ['Host', 'shop.example'],
    ['X-Probe', 'first'],
    ['x-probe', 'second'],
    ['Cookie', 'cart=42; lang=de'],
    ['Content-Type', 'application/json'],
    ['x-amzn-trace-id', 'Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123'],
  ],
  body: Buffer.from('{"of":"it"}'),
})

describe('the event of a load balancer', () => {
  it('has one value of each name, the last', () => {
    expect(throughJson(single.encode(order))).toEqual({
      requestContext: { elb: { targetGroupArn } },
      httpMethod: 'POST',
      path: '/orders/big%20ones',
      queryStringParameters: {
        tag: 'paid',
        next: 'https%3A%2F%2Fshop.example%2F',
        sum: '1+1',
        plus: '1%2B1',
        note: '',
      },
      headers: {
        host: 'shop.example',
        'x-probe': 'second',
        cookie: 'cart=42; lang=de',
        'content-type': 'application/json',
        'x-amzn-trace-id': 'Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123',
      },
      body: '{"of":"it"}',
      isBase64Encoded: false,
    })
  })

  it('has lists in their place with multi-value headers', () => {
    expect(throughJson(multi.encode(order))).toEqual({
      requestContext: { elb: { targetGroupArn } },
      httpMethod: 'POST',
      path: '/orders/big%20ones',
      multiValueQueryStringParameters: {
        tag: ['new', 'paid'],
        next: ['https%3A%2F%2Fshop.example%2F'],
        sum: ['1+1'],
        plus: ['1%2B1'],
        note: [''],
      },
      multiValueHeaders: {
        host: ['shop.example'],
        'x-probe': ['first', 'second'],
        cookie: ['cart=42; lang=de'],
        'content-type': ['application/json'],
        'x-amzn-trace-id': ['Root=1-6a514648-3f2b8c1e9a4d4e6f8b7a0123'],
      },
      body: '{"of":"it"}',
      isBase64Encoded: false,
    })
  })

  it('has an empty map without a query, and an empty text without a body', () => {
    expect(eventOf(single, { query: '', body: undefined })).toMatchObject({
      queryStringParameters: {},
      body: '',
      isBase64Encoded: false,
    })
    expect(eventOf(multi, { query: '' })).toMatchObject({ multiValueQueryStringParameters: {}, body: '' })
  })

  test.each([
    ['a key without an equals sign', 'flag&a=1', { flag: [''], a: ['1'] }],
    ['several equals signs', 'a=b=c', { a: ['b=c'] }],
    ['an empty key', '=1', { '': ['1'] }],
    ['ampersands that separate nothing', '&a=1&&b=2&', { a: ['1'], b: ['2'] }],
    ['an encoding that is none', 'a=%zz&%=1', { a: ['%zz'], '%': ['1'] }],
    ['keys that differ in their encoding only', 'a=1&%61=2', { a: ['1'], '%61': ['2'] }],
  ])('keeps a query with %s as it was sent', (_, query, expected) => {
    expect(eventOf(multi, { query })['multiValueQueryStringParameters']).toEqual(expected)
  })

  it('keeps the order of the keys', () => {
    const event = eventOf(single, { query: 'z=1&a=2&z=3&m=4' })
    expect(JSON.stringify(event['queryStringParameters'])).toBe('{"z":"3","a":"2","m":"4"}')
  })

  it('has a made-up target group of a valid form by default', () => {
    const { requestContext } = alb().encode(order)
    expect(alb(requestContext.elb).encode(order).requestContext).toEqual(requestContext)
  })
})

describe('the event of a health check', () => {
  it('is the one that load balancers send', () => {
    expect(throughJson(single.encode(healthCheckRequest('/health')))).toEqual({
      requestContext: { elb: { targetGroupArn } },
      httpMethod: 'GET',
      path: '/health',
      queryStringParameters: {},
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
      body: '',
      isBase64Encoded: false,
    })
    expect(throughJson(multi.encode(healthCheckRequest('/health')))).toEqual({
      requestContext: { elb: { targetGroupArn } },
      httpMethod: 'GET',
      path: '/health',
      multiValueQueryStringParameters: {},
      multiValueHeaders: { 'user-agent': ['ELB-HealthChecker/2.0'] },
      body: '',
      isBase64Encoded: false,
    })
  })

  it('may have a query', () => {
    const event = single.encode(healthCheckRequest('/health?deep=1&why=what?'))
    expect(event).toMatchObject({ path: '/health', queryStringParameters: { deep: '1', why: 'what?' } })
  })

  it('comes from this machine, with an id and a time of its own, for formats that carry them', () => {
    const before = Date.now()
    const [one, other] = [healthCheckRequest('/'), healthCheckRequest('/')]
    expect(one.id).toMatch(/^[\da-f-]{36}$/)
    expect(one.id).not.toBe(other.id)
    expect(one.receivedMs).toBeGreaterThanOrEqual(before)
    expect(one.origin).toEqual({ address: '127.0.0.1', protocol: 'http', port: 80 })
  })
})

describe('a reply to a load balancer', () => {
  test.each([
    ['200 OK', 'OK'],
    ['404 Not Found', 'Not Found'],
    ['200', ''],
    ['200 ', ''],
    ["418 I'm a teapot", "I'm a teapot"],
    ['Fine', 'Fine'],
    ['Error 404 of ours', 'Error 404 of ours'],
    [null, ''],
    [undefined, ''],
  ])('with the description %j has the reason phrase %j', (statusDescription, expected) => {
    expect(replyOf(single, { statusCode: 200, statusDescription }).statusText).toBe(expected)
  })

  test.each([
    ['200 OK\r\nx: y', 'has a character, at 6, that no status line can carry'],
    ['200 ✓', 'has a character, at 4, that no status line can carry'],
    [200, "must be a text, such as '200 OK', but was a number"],
  ])('with the description %j is invalid', (statusDescription, problem) => {
    expect(problemOf(single, { statusCode: 200, statusDescription })).toBe(`statusDescription ${problem}`)
  })

  it('has its status as a number', () => {
    expect(problemOf(single, { statusCode: '200' })).toBe(
      "statusCode must be a whole number from 200 to 599, but was '200'",
    )
    expect(problemOf(single, {})).toBe('statusCode must be a whole number from 200 to 599, but is missing')
  })

  it('needs neither headers nor isBase64Encoded', () => {
    const expected = { status: 200, statusText: '', headers: [], body: 'ok' }
    expect(replyOf(single, { statusCode: 200, body: 'ok' })).toEqual(expected)
    expect(replyOf(multi, { statusCode: 200, body: 'ok' })).toEqual(expected)
  })

  it("has its headers in the form of the target group's mode, if it has both", () => {
    const both = {
      statusCode: 200,
      headers: { 'x-mode': 'single' },
      multiValueHeaders: { 'x-mode': ['multi', 'value'] },
    }
    expect(replyOf(single, both).headers).toEqual([['x-mode', 'single']])
    expect(replyOf(multi, both).headers).toEqual([
      ['x-mode', 'multi'],
      ['x-mode', 'value'],
    ])
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty map', {}],
  ])("is invalid when it has headers in the other mode's form, and %s in its own", (_, none) => {
    expect(problemOf(multi, { statusCode: 200, headers: { a: '1' }, multiValueHeaders: none })).toBe(
      'multiValueHeaders must hold what is in headers, since multi-value headers are on for the target group; ' +
        'pass alb({ multiValueHeaders: false }) if they are off',
    )
    expect(
      problemOf(single, { statusCode: 200, headers: none, multiValueHeaders: { 'set-cookie': ['a=1'] } }),
    ).toBe(
      'headers must hold what is in multiValueHeaders, since multi-value headers are off for the target group; ' +
        'pass alb({ multiValueHeaders: true }) if they are on',
    )
  })

  it("may have an empty map in the other mode's form", () => {
    for (const own of [undefined, null, {}]) {
      const headers = { statusCode: 200, headers: {}, multiValueHeaders: own }
      expect(replyOf(multi, headers)).toMatchObject({ headers: [] })
      expect(replyOf(single, { statusCode: 200, headers: own, multiValueHeaders: {} })).toMatchObject({
        headers: [],
      })
    }
  })

  it('may have null for the form that it does not use', () => {
    expect(replyOf(single, { statusCode: 204, headers: { a: '1' }, multiValueHeaders: null })).toMatchObject({
      headers: [['a', '1']],
    })
    expect(replyOf(single, { statusCode: 204, multiValueHeaders: null })).toMatchObject({ headers: [] })
  })

  it('may have fields that nobody knows', () => {
    expect(replyOf(single, { statusCode: 200, cookies: ['a=1'] }).headers).toEqual([])
  })

  it('keeps several cookies apart', () => {
    const multiValueHeaders = { 'Set-Cookie': ['a=1; Path=/', 'b=2, c'] }
    expect(replyOf(multi, { statusCode: 200, multiValueHeaders }).headers).toEqual([
      ['Set-Cookie', 'a=1; Path=/'],
      ['Set-Cookie', 'b=2, c'],
    ])
  })
})

test.each([
  [
    { targetGroupArn: 'shop' },
    /^alb\.targetGroupArn must be the ARN of a target group, such as 'arn:.*', but was 'shop'/,
  ],
  [{ targetGroupArn: `${targetGroupArn}/x` }, /^alb\.targetGroupArn must be/],
  [
    { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/00aa' },
    /^alb\.targetGroupArn/,
  ],
  [{ targetGroupArn: 'arn:aws:lambda:eu-west-1:210987654321:function:shop' }, /^alb\.targetGroupArn must be/],
  [{ targetGroupArn: `x${targetGroupArn}` }, /^alb\.targetGroupArn must be/],
  [{ multiValueHeaders: 'yes' }, /^alb\.multiValueHeaders must be true or false, but was 'yes'/],
  [{ multiValue: true }, /^alb has no setting 'multiValue'/],
])('a load balancer with %j is refused', (options, expected) => {
  expect(refusalOf(() => alb(options as object))).toMatch(expected)
})

test.each(['aws-cn', 'aws-us-gov'])('a target group may be in the partition %s', (partition) => {
  const arn = targetGroupArn.replace('arn:aws:', `arn:${partition}:`)
  expect(alb({ targetGroupArn: arn }).encode(order).requestContext.elb.targetGroupArn).toBe(arn)
})
