import { IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http'
import { InvalidSettingError } from '../../../core/settings.js'
import { sendableHeaders, sendsBody } from '../../reply-headers.js'
import type { GatewayAnswer, HttpHandler } from '../exchange.js'
import { answerLast } from './last-answer.js'
import { hasBody, incomingOf } from './node-request.js'
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
 * The listener throws where the body was read before, as by express.json(): the function would get none.
 *
 * @throws {InvalidSettingError} when the handler is another
 */
export function toNodeListener(
  handler: HttpHandler,
): (request: IncomingMessage, response: ServerResponse) => void {
  checkHandler(handler)
  return (request, response) => {
    checkUnread(request)
    answerRequest(handler, request, response)
  }
}

/** @throws TypeError */
function checkUnread(request: IncomingMessage): void {
  if (!request.readableDidRead || !hasBody(request)) return
  throw new TypeError(
    'The body of the request was read already, so the function would get none: put toNodeListener() before what reads bodies, such as express.json().',
  )
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
  takeTurn(request, (gone) => answer(handler, request, response, gone, settings))
}

/** Answers a CONNECT, which has no response of its own. */
export function answerConnect(handler: HttpHandler, request: IncomingMessage): void {
  const { socket } = request
  socket.on('error', () => {})
  // Node leaves such a connection to us, with the timer of an answer before it that nobody may take. What still comes
  // would be a sign of life to that timer; only a full buffer ends the reading.
  socket.on('timeout', () => socket.destroy())
  socket.unshift(Buffer.alloc(socket.readableHighWaterMark))
  takeTurn(request, async ({ signal }) =>
    answerLast(socket, await handler.handle(incomingOf(request, signal))),
  )
}

async function answer(
  handler: HttpHandler,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortController,
  { stallMs, beforeBody }: Settings,
): Promise<void> {
  const { socket, method } = request
  // Behind a last answer nothing is of use to anybody any more.
  if (socket.destroyed || socket.writableEnded) return
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
  if (isLast(request, response, answered)) answerLast(socket, answered, method)
  else send(response, answered, method)
  await closed
}

/**
 * Whether to end the connection with this answer: what is left of the request must not be read as the next one, and who
 * speaks another version may not understand where an answer ends. Not where others still have to answer before, nor in
 * node:http2, which sees to its streams itself.
 */
function isLast(request: IncomingMessage, { socket }: ServerResponse, { unread }: GatewayAnswer): boolean {
  if (!(request instanceof IncomingMessage) || !socket) return false
  // Node loses what comes with a request to upgrade in the same chunk: the rest may be the middle of anything.
  return unread === true || request.httpVersionMajor !== 1 || request.headers.upgrade !== undefined
}

function send(response: ServerResponse, { reply }: GatewayAnswer, method = 'GET'): void {
  const { status, statusText, body } = reply
  const headers = sendableHeaders(reply, method).flat()
  response.writeHead(status, statusText || (STATUS_CODES[status] ?? ''), headers)
  response.end(sendsBody(reply, method) ? body : undefined)
}
