import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { InvalidSettingError } from '../../../core/settings.js'
import { hasBody, sendableHeaders } from '../../reply-headers.js'
import type { GatewayAnswer, HttpHandler } from '../exchange.js'
import { answerLast } from './last-answer.js'
import { incomingOf } from './node-request.js'
import { takeTurn } from './turns.js'

/** What only the server knows. */
interface Settings {
  /** How long a client may take nothing of its answer, in ms. */
  readonly stallMs?: number
  /** Called before the body is read. */
  readonly beforeBody?: () => void
}

/**
 * Makes a listener for a server of node:http or node:https out of what `serveLambda` or `createGateway` returned.
 *
 * A client that goes away before its answer is written cancels the call.
 *
 * @throws {InvalidSettingError} when the handler is another
 */
export function toNodeListener(
  handler: HttpHandler,
): (request: IncomingMessage, response: ServerResponse) => void {
  checkHandler(handler)
  return (request, response) => answerRequest(handler, request, response)
}

/** @throws {InvalidSettingError} */
export function checkHandler(handler: HttpHandler): void {
  if (typeof handler?.handle === 'function') return
  throw new InvalidSettingError('handler', handler, 'what serveLambda() or createGateway() returned')
}

/** Answers a request when its turn on the connection has come. */
export function answerRequest(
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
  settings: Settings = {},
): void {
  takeTurn(request, () => answer(handler, request, response, settings))
}

/** Answers a CONNECT, which has no response of its own. */
export function answerConnect(handler: HttpHandler, request: IncomingMessage): void {
  const { socket } = request
  socket.on('error', () => {})
  takeTurn(request, async () =>
    answerLast(socket, await handler.handle(incomingOf(request, new AbortController().signal))),
  )
}

async function answer(
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
  { stallMs, beforeBody }: Settings,
): Promise<void> {
  const { socket, method } = request
  if (socket.destroyed) return
  const gone = new AbortController()
  const closed = new Promise<void>((resolve) => {
    response.once('close', () => {
      // Where a malformed or slow body was answered, the client is not the one who left.
      const refused = !request.complete && socket.writableEnded
      if (!response.writableEnded && !refused) gone.abort()
      resolve()
    })
  })
  if (stallMs !== undefined) response.setTimeout(0)
  const answered = await handler.handle(incomingOf(request, gone.signal, beforeBody))
  if (stallMs !== undefined) response.setTimeout(stallMs)
  if (answered.unread || !isOurs(request)) answerLast(socket, answered, method)
  else send(response, answered, method)
  await closed
}

/** What speaks another version may not understand where an answer ends. */
function isOurs({ httpVersionMajor }: IncomingMessage): boolean {
  return httpVersionMajor === 1
}

function send(response: ServerResponse, { reply }: GatewayAnswer, method = 'GET'): void {
  const { status, statusText, body } = reply
  const headers = sendableHeaders(reply, method).flat()
  response.writeHead(status, statusText || (STATUS_CODES[status] ?? ''), headers)
  response.end(hasBody(reply, method) ? body : undefined)
}
