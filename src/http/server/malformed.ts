import type { Socket } from 'node:net'
import { answerLast } from './last-answer.js'
import { marked } from './mark.js'
import { refuse, type Refusal } from './refusal.js'
import { answersBefore } from './turns.js'

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

/** Answers what never became a request, after whatever came before it on the connection, and ends the connection. */
export function answerMalformed({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  // Nobody can say any more where the next request begins.
  if (code.startsWith('HPE_')) socket.pause()
  void answerAfter(answersBefore(socket), socket, REFUSALS[code] ?? BAD_REQUEST)
}

async function answerAfter(others: Promise<void>, socket: Socket, refusal: Refusal): Promise<void> {
  await others
  answerLast(socket, marked(refuse(refusal)))
}
