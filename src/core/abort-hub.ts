import { callApart } from './call-apart.js'

type Listener = () => void

/** Weak, so that a caller's signal and its listeners go together. */
const hubs = new WeakMap<AbortSignal, Set<Listener>>()

/**
 * Calls `listener` when `signal` is aborted; the returned function takes it back.
 *
 * All calls on one signal share a single listener on it: a service that passes the same long-lived signal to thousands
 * of calls would otherwise pay for each in time and in warnings.
 */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let listeners = hubs.get(signal)
  if (!listeners) {
    signal.addEventListener('abort', notifyAll, { once: true })
    listeners = new Set()
    hubs.set(signal, listeners)
  }
  listeners.add(listener)
  return function forget() {
    listeners.delete(listener)
    if (listeners.size > 0 || hubs.get(signal) !== listeners) return
    hubs.delete(signal)
    signal.removeEventListener('abort', notifyAll)
  }
}

function notifyAll(this: AbortSignal): void {
  const listeners = hubs.get(this)
  hubs.delete(this)
  if (listeners) for (const listener of listeners) callApart(listener)
}
