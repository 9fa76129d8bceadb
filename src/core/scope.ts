import type { Failure } from '../failures/failure.js'
import { callApart } from './call-apart.js'

type Listener = (why: Failure) => void

/**
 * A stretch of work that can be cancelled with a reason: a call, or one attempt within it.
 *
 * It is what an AbortController is, but several times cheaper where nobody needs the signal, and its reason is a
 * `Failure`. A scope made inside another is cancelled with it; `close` unties the two.
 */
export class Scope {
  #why: Failure | undefined
  #listeners: Set<Listener> | undefined
  #controller: AbortController | undefined
  readonly #untie: (() => void) | undefined

  constructor(parent?: Scope) {
    this.#untie = parent?.onCancel((why) => this.cancel(why))
  }

  /** Why the scope was cancelled; undefined while it is not. */
  get cancelled(): Failure | undefined {
    return this.#why
  }

  /** The scope as an AbortSignal, for whatever takes one. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#why) this.#controller.abort(reasonOf(this.#why))
    return this.#controller.signal
  }

  /** Cancels the scope and all within it; later calls change nothing. */
  cancel(why: Failure): void {
    if (this.#why) return
    this.#why = why
    this.#controller?.abort(reasonOf(why))
    const listeners = this.#listeners
    this.#listeners = undefined
    if (listeners) for (const listener of listeners) callApart(() => listener(why))
  }

  /** Calls `listener` when the scope is cancelled, at once if it already is; the returned function takes it back. */
  onCancel(listener: Listener): () => void {
    if (this.#why) {
      listener(this.#why)
      return nothingToUndo
    }
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Unties the scope from its parent, which may live much longer. */
  close(): void {
    this.#untie?.()
  }
}

function nothingToUndo(): void {}

/** The caller's own reason where there is one, as `fetch` does. */
function reasonOf(why: Failure): unknown {
  return why.cause ?? Object.assign(new Error(why.message), { name: 'AbortError', code: why.code })
}
