import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { createInvoker } from 'resilient-lambda'
import { alb, apiGatewayV1, apiGatewayV2, functionUrl, lambdaFetch } from 'resilient-lambda/http'
import { answered } from 'resilient-lambda/policies'
import type { LambdaHandler } from 'resilient-lambda/testing'
import { describe, expect, it, test } from 'vitest'
import { BASE_URL, localFetch, rejectionOf, reply } from './support.js'

const app = new Hono().put('/items/:id', async ({ req }) => {
  const headers = new Headers({
    'Content-Type': 'application/octet-stream',
    'X-Name': req.query('name') ?? '',
  })
  headers.append('Set-Cookie', `seen=${req.param('id')}`)
  return new Response(await req.arrayBuffer(), { status: 201, headers })
})

describe.each([
  ['alb', alb()],
  ['alb, multi-value', alb({ multiValueHeaders: true })],
  ['apiGatewayV1', apiGatewayV1()],
  ['apiGatewayV2', apiGatewayV2()],
  ['functionUrl', functionUrl()],
])('%s', (_, spoken) => {
  it('takes a request there, and its answer back', async () => {
    const { fetch } = await localFetch(handle(app) as LambdaHandler, { spoken })
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const response = await fetch('/items/7?name=lamp', { method: 'PUT', body })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-name')).toBe('lamp')
    expect(response.headers.getSetCookie()).toEqual(['seen=7'])
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body)
  })

  it('refuses a reply that is none in it', async () => {
    const { fetch } = await localFetch(() => ({ statusCode: 99, body: 'x' }), { spoken })
    await expect(fetch('/items/7')).rejects.toMatchObject({
      code: 'HttpReplyInvalid',
      message: expect.stringMatching(/statusCode must be .* was 99; .* answers 50\d/),
    })
  })
})

describe('a body that an API takes', () => {
  const MIB = 1024 * 1024

  test.each([
    ['a REST API', 7, apiGatewayV1(), '9,78'],
    ['a REST API', 10, apiGatewayV1(), '13,98'],
    ['an HTTP API', 10, apiGatewayV2(), '13,98'],
  ])('and Lambda does not, is not sent: %s, %i MB', async (_, size, spoken, thousands) => {
    const { fetch, local } = await localFetch(() => reply(200), { spoken })
    const error = await rejectionOf(fetch('/items', { method: 'POST', body: new Uint8Array(size * MIB) }))
    expect(error).toMatchObject({ code: 'PayloadTooLarge', mayHaveRun: false, attempts: [] })
    // As base64, and with an event around it.
    const sizes = `the payload has ${thousands}\\d,\\d{3} bytes; Lambda takes at most 6,291,456\\)`
    expect(error).toMatchObject({ message: expect.stringMatching(sizes) })
    expect(local.requestsOf('items')).toEqual([])
  })

  test.each([
    ['apiGatewayV1', apiGatewayV1()],
    ['apiGatewayV2', apiGatewayV2()],
  ])('is of at most 10 MB: %s', async (name, spoken) => {
    const { fetch, local } = await localFetch(() => reply(200), { spoken })
    const body = new Uint8Array(10 * MIB + 1)
    const error = await rejectionOf(fetch('/items', { method: 'POST', body }))
    expect(error).toMatchObject({ code: 'HttpRequestTooLarge', mayHaveRun: false })
    const sizes = `the request's body has 10,485,761 bytes; ${name} takes at most 10,485,760`
    expect(error).toMatchObject({ message: expect.stringContaining(sizes) })
    expect(local.requestsOf('items')).toEqual([])
  })
})

test.each([
  ['apiGatewayV2', apiGatewayV2()],
  ['functionUrl', functionUrl()],
])('%s has a reply of JSON as the function wrote it', async (_, spoken) => {
  const written = '{"id":12345678901234567890,"price":1.0,"2":0,"1":0}'
  const lambda = createInvoker({ transport: async () => answered(Buffer.from(written), {}) })
  const response = await lambdaFetch(lambda('items'), spoken, { baseUrl: BASE_URL })('/items/7')
  expect(await response.text()).toBe(written)
})
