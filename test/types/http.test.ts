import type { ALBEvent, ALBHandler, APIGatewayProxyHandlerV2 } from 'aws-lambda'
import { expectTypeOf, it } from 'vitest'
import { createInvoker, lambda } from 'resilient-lambda'
import { alb, apiGatewayV1, apiGatewayV2, functionUrl, lambdaFetch } from 'resilient-lambda/http'

declare const behindAlb: ALBHandler
declare const behindApi: APIGatewayProxyHandlerV2
declare const narrow: (event: Pick<ALBEvent, 'path'>) => Promise<{ statusCode: number }>
declare const other: (event: { sku: string }) => Promise<{ statusCode: number }>

interface Functions {
  behindAlb: typeof behindAlb
  behindApi: typeof behindApi
  narrow: typeof narrow
  other: typeof other
}

it('is a standard fetch', () => {
  expectTypeOf(lambdaFetch(lambda('items'), alb())).toExtend<typeof fetch>()
  expectTypeOf(lambdaFetch(lambda('items'), alb())).returns.resolves.toEqualTypeOf<Response>()
})

it('takes any format for a function of unknown types', () => {
  ;() => lambdaFetch(lambda('items'), alb())
  ;() => lambdaFetch(lambda('items'), apiGatewayV1())
  ;() => lambdaFetch(lambda('items'), apiGatewayV2())
  ;() => lambdaFetch(lambda('items'), functionUrl(), { baseUrl: new URL('https://items.internal') })
})

it('takes the format that a handler is written for', () => {
  const invoke = createInvoker<Functions>()
  ;() => lambdaFetch(invoke('behindAlb'), alb())
  ;() => lambdaFetch(invoke('behindApi'), apiGatewayV2())
  ;() => lambdaFetch(invoke('narrow'), alb())
  ;() => lambdaFetch(invoke('behindAlb').deadline('2s').fallback(new Response()), alb())
})

it('does not compile for a handler of another event', () => {
  const invoke = createInvoker<Functions>()
  // @ts-expect-error -- the handler reads events of an HTTP API
  ;() => lambdaFetch(invoke('behindApi'), alb())
  // @ts-expect-error -- the handler reads events of a load balancer
  ;() => lambdaFetch(invoke('behindAlb'), apiGatewayV2())
  // @ts-expect-error -- the handler reads no HTTP
  ;() => lambdaFetch(invoke('other'), alb())
})

it('does not compile for options that are not there', () => {
  // @ts-expect-error -- it is called baseUrl
  ;() => lambdaFetch(lambda('items'), alb(), { base: 'https://items.internal' })
  // @ts-expect-error -- a format is made by a call
  ;() => lambdaFetch(lambda('items'), alb)
})
