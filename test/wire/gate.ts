import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { BroadcastChannel } from 'node:worker_threads'

/** Handlers in workers that run until they are released: time plays no part in what happens. */
export class Gate {
  readonly name: string = randomUUID()
  /** Those that run now. */
  readonly running = new Set<number>()
  readonly #channel = new BroadcastChannel(this.name)
  readonly #changes = new EventEmitter()

  constructor() {
    this.#channel.addEventListener('message', (message) => {
      const { data } = message as unknown as { readonly data: { readonly runs?: number } }
      if (data.runs !== undefined) this.running.add(data.runs)
      this.changed()
    })
  }

  /** Asks again whether what is waited for is so. */
  changed(): void {
    this.#changes.emit('change')
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await once(this.#changes, 'change')
      // What follows from the change in this turn of the event loop belongs to it.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  release(number: number): void {
    this.running.delete(number)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel of Node, not a window
    this.#channel.postMessage({ release: number })
  }

  close(): void {
    this.#channel.close()
  }
}
