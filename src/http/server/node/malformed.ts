import type { Socket } from 'node:net'
import type { HttpHandler, Refusal } from '../exchange.js'
import { answerLast } from './last-answer.js'
import { marked } from '../mark.js'
import { malformedFrom } from './node-request.js'
import { refuse } from '../refusal.js'
import { answersBefore, giveUp, isUnfinished } from './turns.js'

const BAD_REQUEST = { status: 400, reason: 'BadRequest', message: 'The request is malformed.' }

/** By the codes that Node's parser and its timers give. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 400,
    reason: 'HeadersTooLarge',
    message: 'The headers of the request are too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'RequestTimeout',
    message: 'The request took too long to arrive.',
  },
}

/** A connection has one end, though Node's timers may find fault with it again. */
const ended = new WeakSet<Socket>()

/** Answers what never became a request, after whatever came before it on the connection, and ends the connection. */
export function answerMalformed(
  handler: HttpHandler,
  { code = '' }: NodeJS.ErrnoException,
  socket: Socket,
): void {
  if (ended.has(socket)) return
  ended.add(socket)
  // Nobody can say any more where the next request begins.
  if (code.startsWith('HPE_')) socket.pause()
  void answerAfter(handler, REFUSALS[code] ?? BAD_REQUEST, socket)
}

async function answerAfter(handler: HttpHandler, refusal: Refusal, socket: Socket): Promise<void> {
  // The rest of a request that broke off: its own answer is told, though nobody gets it.
  const isRest = isUnfinished(socket)
  const before = answersBefore(socket)
  if (isRest) giveUp(socket)
  await before
  answerLast(socket, isRest ? marked(refuse(refusal)) : await handler.handle(malformedFrom(socket, refusal)))
}
