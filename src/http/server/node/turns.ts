import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** A request on its connection. */
export interface Turn {
  readonly request: IncomingMessage
  /** Aborted when the client has gone, or the rest of the request is refused. */
  readonly gone: AbortController
  /** Settles once this request, and so all before it, were answered. */
  readonly answered: Promise<void>
}

interface Line {
  last?: Turn
  unanswered: number
}

/** Hardly any client sends a request before it has the last answer; one that sends so many means harm. */
const MOST_UNANSWERED = 100

const lines = new WeakMap<Socket, Line>()

/** Answers the requests of a connection one after the other, in the order in which they came. */
export function takeTurn(request: IncomingMessage, answer: (gone: AbortController) => Promise<void>): void {
  const { socket } = request
  const line = lines.get(socket) ?? { unanswered: 0 }
  lines.set(socket, line)
  if (line.unanswered >= MOST_UNANSWERED) return void socket.destroy()
  line.unanswered += 1
  const gone = new AbortController()
  line.last = { request, gone, answered: run(line.last?.answered) }

  async function run(before: Promise<void> | undefined): Promise<void> {
    try {
      await before
      await answer(gone)
    } catch {
      // Nobody is left to tell of what went wrong with a connection.
      socket.destroy()
    }
    line.unanswered -= 1
  }
}

/** The last request that came on a connection. */
export function lastTurn(socket: Socket): Turn | undefined {
  return lines.get(socket)?.last
}
