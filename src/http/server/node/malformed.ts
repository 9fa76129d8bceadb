import type { Socket } from 'node:net'
import type { HttpHandler, Refusal } from '../exchange.js'
import { answerLast } from './last-answer.js'
import { malformedFrom } from './node-request.js'
import { RefusedRest } from '../refusal.js'
import { refusalFor, type RefusedReason } from '../refused-requests.js'
import { lastTurn } from './turns.js'

/** By the codes that Node's parser and its timers give. */
const REASONS: Readonly<Record<string, RefusedReason>> = {
  HPE_HEADER_OVERFLOW: 'HeadersTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
}

/** A connection has one end, though Node's timers may find fault with it again. */
const ended = new WeakSet<Socket>()

/** Answers what never became a whole request, after whatever came before it on the connection, and ends the connection. */
export function answerMalformed(
  handler: HttpHandler,
  { code = '' }: NodeJS.ErrnoException,
  socket: Socket,
): void {
  // A connection that broke is told as an error too.
  if (socket.destroyed || ended.has(socket)) return
  ended.add(socket)
  // Nobody can say any more where the next request begins, and what still comes would keep the connection alive.
  socket.pause()
  // Node goes on reading once the client has taken an answer that it held back for.
  socket.on('resume', () => socket.pause())
  const refusal = refusalFor(REASONS[code] ?? 'BadRequest')
  const last = lastTurn(socket)
  // The rest of a request whose head was good: it has an answer of its own.
  if (last?.request.complete === false) last.gone.abort(new RefusedRest(refusal))
  else void answerAfter(last?.answered, handler, refusal, socket)
}

async function answerAfter(
  before: Promise<void> | undefined,
  handler: HttpHandler,
  refusal: Refusal,
  socket: Socket,
): Promise<void> {
  await before
  if (socket.destroyed || socket.writableEnded) return
  try {
    answerLast(socket, await handler.handle(malformedFrom(socket, refusal)))
  } catch {
    // Nobody is left to tell of what went wrong with a connection.
    socket.destroy()
  }
}
