import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'

/** The header by which a request on the wire is found again; the SDK's own retry middleware sets it too. */
export const INVOCATION_ID_HEADER = 'amz-sdk-invocation-id'

type OnWritten = () => void

const watched = new Map<string, OnWritten>()

/** Only `start` exists in Node 20; `created` comes earlier, which matters for nothing but failing early. */
const CHANNEL = 'http.client.request.start'

/**
 * Calls `onWritten` once the last byte of the request with this invocation id has been handed to the kernel; the
 * returned function stops watching.
 *
 * Node's own diagnostics tell, so it works with any client whose handler is built on node:http, without owning it.
 */
export function watchWritten(invocationId: string, onWritten: OnWritten): () => void {
  if (watched.size === 0) subscribe(CHANNEL, onRequestStart)
  watched.set(invocationId, onWritten)
  return function stop() {
    if (watched.delete(invocationId) && watched.size === 0) unsubscribe(CHANNEL, onRequestStart)
  }
}

function onRequestStart(message: unknown): void {
  const { request } = message as { readonly request: ClientRequest }
  const id = request.getHeader(INVOCATION_ID_HEADER)
  const onWritten = typeof id === 'string' ? watched.get(id) : undefined
  if (!onWritten) return
  if (request.writableFinished) return onWritten()
  request.once('finish', () => {
    // Node 20 and 22 emit 'finish' on destroy() as well, when nothing more is written.
    if (!request.destroyed) onWritten()
  })
}
