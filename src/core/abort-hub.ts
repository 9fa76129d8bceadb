import { callApart } from './call-apart.js'

/** Weak, so that a caller's signal and its listeners go together. */
const hubs = new WeakMap<AbortSignal, Hub>()

/** What nobody listens to any more, in this turn of the event loop. */
let left: Hub[] = []

/** One signal and a chain of those who listen to it: it is in use for a long time, and a Set would grow and shrink with every call. */
class Hub {
  readonly signal: AbortSignal
  first: Listening | undefined
  #isLeft = false

  constructor(signal: AbortSignal) {
    this.signal = signal
    signal.addEventListener('abort', notifyAll, { once: true })
    hubs.set(signal, this)
  }

  /** Not at once, so that calls one after the other share one listener too. */
  detachLater(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    if (left.push(this) === 1) process.nextTick(detachAll)
  }

  /** Unless somebody has come meanwhile. */
  detach(): void {
    this.#isLeft = false
    if (this.first) return
    if (hubs.get(this.signal) === this) hubs.delete(this.signal)
    this.signal.removeEventListener('abort', notifyAll)
  }
}

/** A listener on its signal's hub. */
export class Listening {
  readonly aborted: () => void
  #hub: Hub | undefined
  #before: Listening | undefined
  #after: Listening | undefined

  constructor(hub: Hub, aborted: () => void) {
    this.aborted = aborted
    this.#hub = hub
    this.#after = hub.first
    if (hub.first) hub.first.#before = this
    hub.first = this
  }

  /** Takes it back; once is enough, and after the abort it changes nothing. */
  forget(): void {
    const hub = this.#hub
    if (!hub) return
    this.#hub = undefined
    if (this.#after) this.#after.#before = this.#before
    if (this.#before) this.#before.#after = this.#after
    else hub.first = this.#after
    // One who has left would otherwise hold all who came after him, for as long as he is held himself.
    this.#before = this.#after = undefined
    if (!hub.first) hub.detachLater()
  }
}

/**
 * Calls `aborted` when `signal` is aborted.
 *
 * All calls on one signal share a single listener on it, until the turn ends in which the last has left: a service that
 * passes the same long-lived signal to thousands of calls would otherwise pay for each in time and in warnings.
 */
export function onAbort(signal: AbortSignal, aborted: () => void): Listening {
  return new Listening(hubs.get(signal) ?? new Hub(signal), aborted)
}

function detachAll(): void {
  const hubs = left
  left = []
  for (const hub of hubs) hub.detach()
}

function notifyAll(this: AbortSignal): void {
  const hub = hubs.get(this)
  hubs.delete(this)
  // One at a time, since each may make others leave that need not hear of it any more.
  for (let next = hub?.first; next; next = hub?.first) {
    next.forget()
    callApart(next.aborted)
  }
}
