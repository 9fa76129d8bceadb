import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInvoker, type Invoker } from 'resilient-lambda'
import { alb, type HttpFormat } from 'resilient-lambda/http'
import { startLocalLambda, type LambdaHandler, type LocalLambda } from 'resilient-lambda/testing'
import { onTestFinished } from 'vitest'
import type { GatewayEvent, HttpAnswered } from '../../../src/http/server/events.js'
import type { HttpHandler } from '../../../src/http/server/exchange.js'
import { listen, type Listening, type ListenOptions } from '../../../src/http/server/node/listen.js'
import { serveLambda, type ServeOptions } from '../../../src/http/server/serve-lambda.js'

interface Served {
  readonly local: LocalLambda
  readonly lambda: Invoker
  readonly handler: HttpHandler
  readonly server: Listening
  /** What was told of the first so many requests, once they are answered. */
  readonly answers: (count: number) => Promise<readonly HttpAnswered[]>
  /** A client with nothing but a socket. */
  readonly open: () => RawClient
}

interface Setting {
  readonly format?: HttpFormat
  readonly options?: ServeOptions
  readonly listening?: Omit<ListenOptions, 'port'>
}

/** A function named `web` in the local Lambda, behind an HTTP server; all gone when the test is over. */
export async function serve(web: LambdaHandler, setting: Setting = {}): Promise<Served> {
  const { format = alb({ multiValueHeaders: true }), options = {}, listening = {} } = setting
  const local = await startLocalLambda({ functions: { web: { handler: web, timeout: '1m' } } })
  const lambda = createInvoker(local.clientSettings)
  const told: HttpAnswered[] = []
  const news = new EventEmitter()
  const observer = (event: GatewayEvent): void => {
    if (event.type === 'http.answered') told.push(event)
    news.emit('told')
  }
  async function answers(count: number): Promise<readonly HttpAnswered[]> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    while (told.length < count) await once(news, 'told')
    return told
  }
  const handler = serveLambda(lambda('web'), format, { ...options, observers: [observer] })
  const server = await listen(handler, { port: 0, closeTimeout: 0, ...listening })
  onTestFinished(async () => {
    await server.close()
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda, handler, server, answers, open: () => new RawClient(server.port) }
}

/** What a function behind a load balancer gets, as far as tests look at it. */
export interface WebEvent {
  readonly httpMethod: string
  readonly path: string
  readonly multiValueQueryStringParameters: Readonly<Record<string, readonly string[]>>
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** The event of each execution, oldest first. */
export function eventsOf(local: LocalLambda): readonly WebEvent[] {
  return local.executionsOf('web').map(({ event }) => event as WebEvent)
}

/** A connection on which bytes go out as they are given. */
export class RawClient {
  readonly socket: Socket
  readonly #news = new EventEmitter()
  #received = ''

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('data', (chunk) => (this.#received += chunk.toString('latin1')))
    // A server that ends a connection may reset it.
    for (const name of ['data', 'drain', 'end', 'error', 'close'])
      this.socket.on(name, () => this.#news.emit('news'))
    onTestFinished(() => void this.socket.destroy())
  }

  get received(): string {
    return this.#received
  }

  /** Whether the server has ended its side. */
  get ended(): boolean {
    return this.socket.readableEnded || this.socket.destroyed
  }

  send(text: string | Uint8Array): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  /** Sends the same again and again, as fast as it is taken, until the server has ended its side; says how often. */
  async flood(chunk: Uint8Array, most: number): Promise<number> {
    let sent = 0
    for (; sent < most && !this.ended; sent++) {
      this.send(chunk)
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      while (this.socket.writableNeedDrain && !this.ended) await once(this.#news, 'news')
    }
    return sent
  }

  /** Everything that was received, once it is as wanted. @throws Error when the server ends before */
  async until(wanted: RegExp | ((received: string) => boolean)): Promise<string> {
    const has = typeof wanted === 'function' ? wanted : (received: string) => wanted.test(received)
    while (!has(this.#received)) {
      if (this.ended) throw new Error(`The server ended after ${JSON.stringify(this.#received)}.`)
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await once(this.#news, 'news')
    }
    return this.#received
  }

  /** Everything that was received, once the server has ended its side. */
  async untilEnd(): Promise<string> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    while (!this.ended) await once(this.#news, 'news')
    return this.#received
  }

  /** Resolves once the connection is gone altogether. */
  async untilClosed(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    while (!this.socket.closed) await once(this.#news, 'news')
  }
}

/** A whole request with a body. */
export function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: shop.example\r\n\r\n`
}
