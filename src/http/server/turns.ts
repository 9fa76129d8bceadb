import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** What is under way on a connection: its latest request, and those before it. */
interface Line {
  request: IncomingMessage
  before: Promise<void> | undefined
  latest: Promise<void> | undefined
  unanswered: number
}

/** Hardly any client sends a request before it has the last answer; one that sends so many means harm. */
const MOST_UNANSWERED = 100

const lines = new WeakMap<Socket, Line>()

/** Answers the requests of a connection one after the other, in the order in which they came. */
export function takeTurn(request: IncomingMessage, answer: () => Promise<void>): void {
  const { socket } = request
  const line = lines.get(socket) ?? { request, before: undefined, latest: undefined, unanswered: 0 }
  lines.set(socket, line)
  if (line.unanswered >= MOST_UNANSWERED) return void socket.destroy()
  line.unanswered += 1
  line.request = request
  line.before = line.latest
  line.latest = run(line.before)

  async function run(before: Promise<void> | undefined): Promise<void> {
    try {
      await before
      await answer()
    } catch {
      // Nobody is left to tell of what went wrong with a connection.
      socket.destroy()
    }
    line.unanswered -= 1
    if (line.unanswered === 0) line.latest = undefined
  }
}

/** What must be over before something else may be written: undefined where nothing is under way but an unfinished request. */
export function pendingBefore(socket: Socket): Promise<void> | undefined {
  const line = lines.get(socket)
  return line?.request.complete ? line.latest : line?.before
}
