import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { alb, apiGatewayV1, apiGatewayV2, functionUrl } from 'resilient-lambda/http'
import type { LambdaHandler } from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { localFetch } from './support.js'

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
