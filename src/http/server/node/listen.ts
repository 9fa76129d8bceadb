import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net'
import { systemClock } from '../../../core/clock.js'
import type { Duration } from '../../../core/duration.js'
import { duration, required, shape, text, wholeNumber } from '../../../core/settings.js'
import { authorityOf } from './authority.js'
import { Connections } from './connections.js'
import type { HttpHandler } from '../exchange.js'
import { answerMalformed } from './malformed.js'
import { answerConnect, answerRequest, checkHandler } from './node-listener.js'

/** Where a server listens, and how patient it is. */
export interface ListenOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** @defaultValue '127.0.0.1' */
  readonly host?: string
  /** How long a client may take for the head of a request. @defaultValue '10s' */
  readonly headersTimeout?: Duration
  /** How long a client may take for a whole request, behind others on its connection too. @defaultValue '60s' */
  readonly requestTimeout?: Duration
  /** How long a connection may lie idle between requests, or take nothing of an answer. @defaultValue '60s' */
  readonly idleTimeout?: Duration
  /** How long `close()` waits for the requests in flight before it cuts them off. @defaultValue '10s' */
  readonly closeTimeout?: Duration
}

/** A server that is listening. */
export interface Listening extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  readonly port: number
  /** Takes no more requests, lets those in flight finish, then closes the handler too, where it can be closed. */
  close(): Promise<void>
}

const LONGEST_TIMER_MS = 2 ** 31 - 1
const patience = duration(1, LONGEST_TIMER_MS)

const known = shape({
  port: wholeNumber(0, 65_535),
  host: text,
  headersTimeout: patience,
  requestTimeout: patience,
  idleTimeout: patience,
  closeTimeout: duration(0, LONGEST_TIMER_MS),
})
const parseOptions = required(known, 'port')

/** The 16 K of a request line and the 64 K of headers, which the rules then tell apart. */
const MAX_HEAD_BYTES = 81_920
const CHECK_EVERY_MS = 1_000

/**
 * Serves a handler over HTTP/1.1, with a load balancer's limits on clients that are slow, idle or malformed.
 *
 * @throws {InvalidSettingError} when an option is unknown or wrong
 * @throws what node:net does when it cannot listen there
 */
export async function listen(
  handler: HttpHandler & { readonly close?: () => unknown },
  options: ListenOptions,
): Promise<Listening> {
  checkHandler(handler)
  const parsed = parseOptions(options, 'options')
  const { host = '127.0.0.1', idleTimeoutMs = 60_000, closeTimeoutMs = 10_000 } = parsed
  const { requestTimeoutMs = 60_000, headersTimeoutMs = 10_000 } = parsed
  const headersMs = Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs))
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    insecureHTTPParser: false,
    // The rules have the say, so that every answer carries its mark.
    requireHostHeader: false,
    headersTimeout: headersMs,
    requestTimeout: Math.ceil(requestTimeoutMs),
    keepAliveTimeout: Math.ceil(idleTimeoutMs),
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersMs),
  })
  // Node drops headers beyond a number in silence; their size is limited already.
  server.maxHeadersCount = 0
  const connections = answerWith(handler, server, idleTimeoutMs)
  server.listen(parsed.port, host)
  await once(server, 'listening')
  // A connection that could not be accepted is no reason to end the others.
  server.on('error', () => {})
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= closeAll())
  return { url: `http://${authorityOf(host, port)}`, port, close, [Symbol.asyncDispose]: close }

  async function closeAll(): Promise<void> {
    const closed = new Promise((resolve) => server.once('close', resolve))
    // That of node:http also cuts off who is still taking an answer, and stops the timers that end the unfinished.
    NetServer.prototype.close.call(server)
    connections.close()
    const limit = systemClock.setTimer(closeTimeoutMs, () => connections.destroy())
    await closed
    limit.cancel()
    // Nobody is left to watch.
    server.close()
    await handler.close?.()
  }
}

function answerWith(handler: HttpHandler, server: Server, stallMs: number): Connections {
  const connections = new Connections()
  server.on('connection', (socket) => connections.add(socket))
  server.on('request', (request, response) => {
    connections.begin(request.socket, response)
    answerRequest(handler, request, response, { stallMs })
  })
  // Who waits to be asked for the body is asked only when it is wanted.
  server.on('checkContinue', (request, response) => {
    connections.begin(request.socket, response)
    answerRequest(handler, request, response, { stallMs, beforeBody: () => response.writeContinue() })
  })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (request) => answerConnect(handler, request))
  server.on('clientError', (error, socket) => answerMalformed(handler, error, socket as Socket))
  return connections
}
