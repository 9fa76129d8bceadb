import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import type { ClientRequest } from 'node:http'
import { watchSent } from '../transport/wire/watch-sent.js'

/** What the HTTP clients of this process have done since watching began, as node:http and our connections tell. */
export interface Traffic {
  readonly started: number
  /** Requests handed to the kernel to their last byte. */
  readonly written: number
  /** Replies whose head has arrived. */
  readonly heads: number
  until(condition: () => boolean): Promise<void>
  stop(): void
}

export function watchTraffic(): Traffic {
  const seen = { started: 0, written: 0, heads: 0 }
  const changes = new EventEmitter().setMaxListeners(0)
  const count = (what: keyof typeof seen): void => {
    seen[what] += 1
    changes.emit('change')
  }
  const onStart = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest }
    count('started')
    if (request.writableFinished) count('written')
    else request.once('finish', () => request.destroyed || count('written'))
  }
  const onHead = (): void => count('heads')
  const stopWatching = watchSent({
    onSent(whole, isFirst) {
      if (isFirst) count('started')
      if (whole) count('written')
    },
    onHead,
  })
  const channels: readonly (readonly [string, (message: unknown) => void])[] = [
    ['http.client.request.start', onStart],
    ['http.client.response.finish', onHead],
  ]
  for (const [name, listener] of channels) subscribe(name, listener)

  return {
    get started() {
      return seen.started
    },
    get written() {
      return seen.written
    },
    get heads() {
      return seen.heads
    },
    async until(condition) {
      while (!condition()) await once(changes, 'change')
    },
    stop() {
      stopWatching()
      for (const [name, listener] of channels) unsubscribe(name, listener)
    },
  }
}
