import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { systemClock } from '../../../core/clock.js'
import { sendableHeaders } from '../../reply-headers.js'
import type { GatewayAnswer } from '../exchange.js'

const LINGER_MS = 2_000

/**
 * Writes the last answer of a connection, past node:http, and closes this side of it.
 *
 * What the client is still sending is not read. To close the other side too would reset the connection, and the reset
 * can overtake the answer: so the client gets some time to go by itself.
 */
export function answerLast(
  socket: Socket,
  { reply }: GatewayAnswer,
  method = 'GET',
  clock = systemClock,
): void {
  if (socket.writableEnded || socket.destroyed) return
  const lines = [
    `HTTP/1.1 ${reply.status} ${reply.statusText || (STATUS_CODES[reply.status] ?? '')}`,
    ...sendableHeaders(reply, method).map(([name, value]) => `${name}: ${value}`),
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  socket.end(method === 'HEAD' ? head : Buffer.concat([head, reply.body]))
  const lingering = clock.setTimer(LINGER_MS, () => socket.destroy(), true)
  socket.once('close', () => lingering.cancel())
}
