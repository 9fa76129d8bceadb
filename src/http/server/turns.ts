import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

interface Turn {
  readonly request: IncomingMessage
  readonly before: Promise<void> | undefined
  /** Undefined once it is over. */
  pending: Promise<void> | undefined
}

const latest = new WeakMap<Socket, Turn>()

/** Answers the requests of a connection one after the other, in the order in which they came. */
export function takeTurn(request: IncomingMessage, answer: () => Promise<void>): void {
  const { socket } = request
  const before = latest.get(socket)?.pending
  const turn: Turn = { request, before, pending: run() }
  latest.set(socket, turn)

  async function run(): Promise<void> {
    try {
      await before
      await answer()
    } catch {
      // Nobody is left to tell of what went wrong with a connection.
      socket.destroy()
    } finally {
      turn.pending = undefined
    }
  }
}

/** What must be over before something else may be written: undefined where nothing is under way but an unfinished request. */
export function pendingBefore(socket: Socket): Promise<void> | undefined {
  const turn = latest.get(socket)
  return turn?.request.complete ? turn.pending : turn?.before
}
