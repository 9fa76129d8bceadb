import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import type { ALBEvent, ALBResult } from 'aws-lambda'
import { expect, it, onTestFinished } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { alb } from 'resilient-lambda/http'
import { fakeClock, startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import type { GatewayEvent } from '../../../../src/http/server/events.js'
import { createGateway } from '../../../../src/http/server/gateway/gateway.js'
import { listen } from '../../../../src/http/server/node/listen.js'

/** Everything that is told, and a way to wait for it. */
class Heard {
  readonly events: GatewayEvent[] = []
  #waiting: (() => void) | undefined

  readonly observer = (event: GatewayEvent): void => {
    this.events.push(event)
    this.#waiting?.()
  }

  /** Resolves once the targets have come into these states, one after the other. */
  async changes(...wanted: readonly string[]): Promise<void> {
    const changes = (): string[] =>
      this.events.flatMap((event) =>
        event.type === 'health.changed' ? `${event.target} ${event.state}` : [],
      )
    while (!wanted.every((change) => changes().includes(change))) {
      // oxlint-disable-next-line no-await-in-loop -- until it comes
      await new Promise<void>((resolve) => (this.#waiting = resolve))
    }
  }
}

interface Answer {
  readonly status: number | undefined
  readonly by: unknown
  readonly retryAfter: unknown
  readonly body: string
}

async function get(url: string, host: string): Promise<Answer> {
  const outgoing = request(url, { headers: { host }, agent: false }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const { 'x-answered-by': by, 'retry-after': retryAfter } = incoming.headers
  return { status: incoming.statusCode, by, retryAfter, body: await text(incoming) }
}

type OrdersHandler = (event: ALBEvent) => Promise<ALBResult>

const paths = (local: LocalLambda, name: string): string[] =>
  local.executionsOf(name).map(({ event }) => (event as ALBEvent).path)

it('routes to two functions by host and path, and keeps traffic from one while it is unwell', async () => {
  let ill = false
  const answer = (name: string, { path }: ALBEvent): ALBResult => {
    const statusCode = path === '/health' && name === 'orders' && ill ? 500 : 200
    return { statusCode, isBase64Encoded: false, headers: {}, body: `${name} ${path}` }
  }
  const local = await startLocalLambda({
    functions: {
      orders: (event) => answer('orders', event as ALBEvent),
      web: (event) => answer('web', event as ALBEvent),
    },
  })
  const lambda = createInvoker(local.clientSettings)
  const clock = fakeClock()
  const heard = new Heard()
  const gateway = createGateway({
    routes: [
      { path: '/orders/*', fn: lambda<OrdersHandler>('orders'), format: alb() },
      { host: 'www.*', fn: lambda('web'), format: alb() },
    ],
    healthCheck: { path: '/health', interval: '10s', healthyThreshold: 1, unhealthyThreshold: 1 },
    observers: [heard.observer],
    clock,
  })
  const server = await listen(gateway, { port: 0 })
  onTestFinished(async () => {
    await server.close()
    lambda.destroy()
    await local.stop()
  })
  const ordersAt = `${server.url}/orders/1`
  await heard.changes('orders healthy', 'web healthy')
  expect(await get(ordersAt, 'api.example')).toMatchObject({ status: 200, body: 'orders /orders/1' })
  expect(await get(`${server.url}/a`, 'WWW.example:80')).toMatchObject({ status: 200, body: 'web /a' })
  expect(await get(`${server.url}/a`, 'api.example')).toMatchObject({
    status: 404,
    by: 'gateway; reason=NoRoute',
  })

  ill = true
  await clock.advance('10s')
  await heard.changes('orders unhealthy')
  const refused = await Promise.all(Array.from({ length: 20 }, () => get(ordersAt, 'api.example')))
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
  expect(refused[0]).toMatchObject({ by: 'gateway; reason=TargetUnhealthy', retryAfter: '10' })
  expect(await get(`${server.url}/b`, 'www.example')).toMatchObject({ status: 200, body: 'web /b' })
  expect(paths(local, 'orders')).toEqual(['/health', '/orders/1', '/health'])

  ill = false
  heard.events.length = 0
  await clock.advance('10s')
  await heard.changes('orders healthy')
  expect(await get(ordersAt, 'api.example')).toMatchObject({ status: 200, by: 'function' })
  expect(paths(local, 'orders')).toEqual(['/health', '/orders/1', '/health', '/health', '/orders/1'])
  expect(paths(local, 'web').filter((path) => path !== '/health')).toEqual(['/a', '/b'])

  await server.close()
  expect(clock.pending).toBe(0)
})
