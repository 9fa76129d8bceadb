import type { Socket } from 'node:net'
import { parseDuration } from '../../../core/duration.js'
import type { Duration } from '../../../core/duration.js'
import { reset, resetOnceRead, trickle, write } from '../http/raw-socket.js'
import { rawHead } from '../http/reply.js'
import type { Reply } from '../http/reply.js'
import { replyOf } from './replies.js'
import type { Fault } from './types.js'

type Of<T extends Fault['type']> = Extract<Fault, { type: T }>

/** A request that was read, and the ways to answer it. */
export interface Exchange {
  readonly socket: Socket
  readonly requestId: string
  /** Answers as Lambda would, handler and all. */
  run(): Promise<Reply>
  send(reply: Reply): Promise<void>
  /** Notes the status of a head that was written by hand. */
  noteStatus(status: number): void
  sleep(ms: number): Promise<void>
  /** The next request on this connection is to find it closed. */
  retire(): void
}

/** Lets the fault happen to the exchange. Resolves once nothing more will be done about it. */
export async function applyFault(fault: Fault, exchange: Exchange): Promise<void> {
  const { socket } = exchange
  if ('executed' in fault && fault.executed) await exchange.run()
  switch (fault.type) {
    case 'none':
      await exchange.send(await exchange.run())
      break
    case 'latency':
      await sendLate(fault, exchange)
      break
    case 'staleKeepAlive':
      exchange.retire()
      await exchange.send(await exchange.run())
      break
    case 'resetWhileReading':
    case 'resetAfterReading':
      reset(socket)
      break
    case 'closeAfterReading':
      socket.end()
      break
    case 'stallHead':
      break
    case 'garbage':
      await write(socket, Buffer.from('this is no HTTP\r\n\r\n'))
      socket.end()
      break
    case 'cutReply':
      await writeHalf(exchange, await exchange.run())
      if (fault.mode === 'fin') socket.end()
      else await resetOnceRead(socket)
      break
    case 'stallReply':
      await writeHalf(exchange, await exchange.run())
      break
    case 'slowHead':
    case 'slowBody':
      await writeSlowly(fault, exchange, await exchange.run())
      break
    default:
      if ('delay' in fault) await exchange.sleep(ms(fault.delay))
      await exchange.send(replyOf(fault))
  }
}

async function sendLate(fault: Of<'latency'>, exchange: Exchange): Promise<void> {
  await exchange.sleep(ms(fault.before))
  const reply = await exchange.run()
  await exchange.sleep(ms(fault.after))
  await exchange.send(reply)
}

async function writeHalf(exchange: Exchange, reply: Reply): Promise<void> {
  const half = reply.body.subarray(0, Math.floor(reply.body.length / 2))
  exchange.noteStatus(reply.status)
  await write(exchange.socket, Buffer.concat([rawHead(reply, exchange.requestId), half]))
}

async function writeSlowly(
  fault: Of<'slowHead' | 'slowBody'>,
  exchange: Exchange,
  reply: Reply,
): Promise<void> {
  const { socket } = exchange
  const pause = (): Promise<void> => exchange.sleep(ms(fault.every ?? 10))
  const slowly = (bytes: Buffer): Promise<void> => trickle(socket, bytes, fault.bytes ?? 1, pause)
  const atOnce = (bytes: Buffer): Promise<void> => write(socket, bytes)
  exchange.noteStatus(reply.status)
  await (fault.type === 'slowHead' ? slowly : atOnce)(rawHead(reply, exchange.requestId))
  await (fault.type === 'slowBody' ? slowly : atOnce)(reply.body)
  socket.end()
}

function ms(duration: Duration | undefined): number {
  return parseDuration(duration ?? 0) ?? 0
}
