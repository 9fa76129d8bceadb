import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** What is under way on a connection. */
interface Line {
  /** The last that came. */
  request: IncomingMessage
  before: Promise<void>
  answered: Promise<void>
  unanswered: number
}

/** Hardly any client sends a request before it has the last answer; one that sends so many means harm. */
const MOST_UNANSWERED = 100

const NOTHING = Promise.resolve()
const lines = new WeakMap<Socket, Line>()

/** Answers the requests of a connection one after the other, in the order in which they came. */
export function takeTurn(request: IncomingMessage, answer: () => Promise<void>): void {
  const { socket } = request
  const line = lines.get(socket) ?? { request, before: NOTHING, answered: NOTHING, unanswered: 0 }
  lines.set(socket, line)
  if (line.unanswered >= MOST_UNANSWERED) return void socket.destroy()
  line.unanswered += 1
  line.request = request
  line.before = line.answered
  line.answered = run(line.before)

  async function run(before: Promise<void>): Promise<void> {
    try {
      await before
      await answer()
    } catch {
      // Nobody is left to tell of what went wrong with a connection.
      socket.destroy()
    }
    line.unanswered -= 1
  }
}

/** Whether the last request on a connection has not come whole. */
export function isUnfinished(socket: Socket): boolean {
  return lines.get(socket)?.request.complete === false
}

const givenUp = new WeakSet<IncomingMessage>()

/** Gives up the last request on a connection, which is about to be answered without the rest of it. */
export function giveUp(socket: Socket): void {
  const line = lines.get(socket)
  if (line) givenUp.add(line.request)
}

/** Whether a request was given up: what still comes of it must not reach the function, whose answer nobody would get. */
export function isGivenUp(request: IncomingMessage): boolean {
  return givenUp.has(request)
}

/** What must be over before something else may be written; a request that never came whole is not waited for. */
export function answersBefore(socket: Socket): Promise<void> {
  const line = lines.get(socket)
  return (isUnfinished(socket) ? line?.before : line?.answered) ?? NOTHING
}
