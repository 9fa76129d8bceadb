import { EventEmitter, once } from 'node:events'
import { connect } from 'node:net'
import { createInvoker, type Duration } from 'resilient-lambda'
import { alb, createGateway, listen, type Gateway, type HttpAnswered } from 'resilient-lambda/http'
import { startLocalLambda } from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { REFUSED_REQUESTS } from '../../src/http/server/refused-requests.js'
import { ran } from './support.js'

const HOST = 'Host: shop.example\r\n'
const LONG = 'a'.repeat(17_000)

/** What a client sends, and the reason that the log then gives. */
const SENT = {
  BadRequest: 'no request\r\n\r\n',
  BadRequestTarget: `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`,
  BadHost: `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`,
  BadTransferCoding: `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  HeadersTooLarge: `GET / HTTP/1.1\r\n${HOST}X-Long: ${LONG}\r\n\r\n`,
  LambdaBadRequest: `GET / HTTP/1.1\r\n${HOST}X-Name: \u00FF\r\n\r\n`,
  LambdaWebsocketNotSupported: `GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
  NoRoute: 'GET / HTTP/1.1\r\nHost: other.example\r\n\r\n',
  MethodNotAllowed: `TRACE / HTTP/1.1\r\n${HOST}\r\n`,
  RequestTimeout: 'GET / HTTP/1.1\r\n',
  UriTooLong: `GET /${LONG} HTTP/1.1\r\n${HOST}\r\n`,
  TooManyForwardedAddresses: `GET / HTTP/1.1\r\n${HOST}X-Forwarded-For: ${'192.0.2.1, '.repeat(31)}\r\n\r\n`,
  TargetUnhealthy: `GET /sick HTTP/1.1\r\n${HOST}\r\n`,
  HttpVersionNotSupported: `GET / HTTP/2.0\r\n${HOST}\r\n`,
  Fallback: `GET /spare HTTP/1.1\r\n${HOST}\r\n`,
}

interface FrontDoor {
  readonly gateway: Gateway
  readonly port: number
  /** What is logged of the next request. */
  answered(): Promise<HttpAnswered>
}

/** A gateway whose target at /sick is known to be unhealthy. */
async function frontDoor(headersTimeout: Duration): Promise<FrontDoor> {
  const events = new EventEmitter()
  const failing = async (): Promise<never> => {
    throw new Error('out of ink')
  }
  const local = await startLocalLambda({
    functions: { shop: async () => ({ statusCode: 200 }), sick: failing },
  })
  const lambda = createInvoker(local.clientSettings)
  const format = alb()
  const host = 'shop.example'
  const turned = once(events, 'health.changed')
  const gateway = createGateway({
    routes: [
      {
        path: '/sick',
        fn: lambda('sick'),
        format,
        healthCheck: { path: '/', interval: '1h', unhealthyThreshold: 1 },
      },
      { path: '/spare', fn: lambda('sick').fallback({ statusCode: 200 }), format },
      { host, fn: lambda('shop'), format },
    ],
    observers: [(event) => events.emit(event.type, event)],
  })
  const server = await listen(gateway, { port: 0, headersTimeout, closeTimeout: 0 })
  onTestFinished(async () => {
    await server.close()
    lambda.destroy()
    await local.stop()
  })
  await turned
  const answered = async (): Promise<HttpAnswered> => (await once(events, 'http.answered'))[0]
  return { gateway, port: server.port, answered }
}

async function expectExplained({ status, reason = '' }: HttpAnswered, anyStatus = false): Promise<void> {
  const { out } = await ran('explain', reason)
  expect(out.split('\n')).toContainEqual(
    expect.stringMatching(anyStatus ? /^ {2}any {2}\w/ : new RegExp(`^  ${status}  \\w`)),
  )
}

describe('a reason that no failed call leads to', () => {
  it.each(Object.entries(SENT))(
    'is explained with the status that it comes with: %s',
    async (reason, bytes) => {
      const { port, answered } = await frontDoor(reason === 'RequestTimeout' ? '10ms' : '10s')
      const logged = answered()
      const socket = connect(port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => {})
      socket.write(bytes, 'latin1')
      const event = await logged
      expect(event).toMatchObject({ source: 'gateway', reason })
      await expectExplained(event, reason === 'Fallback')
    },
  )

  it('is explained for a body that breaks off', async () => {
    const { gateway, answered } = await frontDoor('10s')
    const logged = answered()
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })
    await gateway(new Request('http://shop.example/', { method: 'POST', body, duplex: 'half' }))
    const event = await logged
    expect(event).toMatchObject({ source: 'gateway', reason: 'BadRequestBody' })
    await expectExplained(event)
  })

  it('is among those that were provoked here', () => {
    const provoked = [...Object.keys(SENT), 'BadRequestBody']
    expect(provoked.toSorted()).toEqual([...Object.keys(REFUSED_REQUESTS), 'Fallback'].toSorted())
  })
})
