import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The connections of a server, and what is still to be answered on each. */
export class Connections {
  readonly #open = new Map<Socket, Set<ServerResponse>>()
  #closing = false

  add(socket: Socket): void {
    this.#open.set(socket, new Set())
    socket.once('close', () => this.#open.delete(socket))
  }

  begin(socket: Socket, response: ServerResponse): void {
    const unanswered = this.#open.get(socket)
    unanswered?.add(response)
    response.once('close', () => {
      unanswered?.delete(response)
      if (this.#closing && unanswered?.size === 0) socket.destroySoon()
    })
  }

  /** Ends those that are idle now, and the others after their answers. */
  close(): void {
    this.#closing = true
    for (const [socket, unanswered] of this.#open) {
      for (const response of unanswered) response.shouldKeepAlive = false
      if (unanswered.size === 0) socket.destroySoon()
    }
  }

  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }
}
