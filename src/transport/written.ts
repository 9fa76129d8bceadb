import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/** The header by which a request on the wire is found again; the SDK's own retry middleware sets it too. */
export const INVOCATION_ID_HEADER = 'amz-sdk-invocation-id'

type OnWritten = () => void

/** What a TLS socket says of itself. */
interface TlsState {
  readonly encrypted?: boolean
  readonly secureConnecting?: boolean
}

const watched = new Map<string, OnWritten>()
/** It ends a turn later, since one request often follows another, and each beginning and end costs as much as a policy. */
let subscription: 'none' | 'kept' | 'ending' = 'none'

/** Only `start` exists in Node 20; `created` comes earlier, which matters for nothing but failing early. */
const CHANNEL = 'http.client.request.start'

/**
 * Calls `onWritten` once the last byte of the request with this invocation id may have left; the returned function stops
 * watching. Over plain TCP that is when the kernel has it all, over TLS as soon as the connection is secure.
 *
 * Node's own diagnostics tell, so it works with any client whose handler is built on node:http, without owning it.
 */
export function watchWritten(invocationId: string, onWritten: OnWritten): () => void {
  if (subscription === 'none') {
    subscription = 'kept'
    subscribe(CHANNEL, onRequestStart)
  }
  watched.set(invocationId, onWritten)
  return function stop() {
    if (!watched.delete(invocationId) || watched.size > 0 || subscription !== 'kept') return
    subscription = 'ending'
    setImmediate(endUnlessNeeded)
  }
}

function endUnlessNeeded(): void {
  subscription = watched.size > 0 ? 'kept' : 'none'
  if (subscription === 'none') unsubscribe(CHANNEL, onRequestStart)
}

function onRequestStart(message: unknown): void {
  const { request } = message as { readonly request: ClientRequest }
  const id = request.getHeader(INVOCATION_ID_HEADER)
  if (typeof id !== 'string' || !watched.has(id)) return
  const written = (): void => watched.get(id)?.()
  const socket: (Socket & TlsState) | null = request.socket
  if (!socket) return written()
  if (!socket.encrypted) return onFinish(request, written)
  // TLS tells late: 'finish' comes a turn of the event loop after the bytes have left, and a deadline may come between.
  if (socket.secureConnecting) socket.once('secureConnect', written)
  else written()
}

function onFinish(request: ClientRequest, written: () => void): void {
  if (request.writableFinished) return written()
  request.once('finish', () => {
    // Node 20 and 22 emit 'finish' on destroy() as well, when nothing more is written.
    if (!request.destroyed) written()
  })
}
