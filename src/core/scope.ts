import type { Failure } from '../failures/failure.js'
import { callApart } from './call-apart.js'

/** What can be cancelled along with a scope. */
export interface Cancellable {
  cancel(why: Failure): void
}

interface Tie {
  readonly inner: Cancellable
  next: Tie | undefined
}

/**
 * A stretch of work that can be cancelled with a reason: a call, or one attempt within it.
 *
 * It is what an AbortController is, but several times cheaper where nobody needs the signal, and its reason is a
 * `Failure`. A scope made inside another is cancelled with it; `close` unties the two.
 */
export class Scope implements Cancellable {
  readonly #parent: Scope | undefined
  #why: Failure | undefined
  /** Few at any time, so that a chain is the cheapest way to keep them; the latest first. */
  #tied: Tie | undefined
  #controller: AbortController | undefined

  constructor(parent?: Scope) {
    this.#parent = parent
    parent?.tie(this)
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
    // One at a time, since each may untie others that need not hear of it any more.
    while (this.#tied) {
      const { inner, next } = this.#tied
      this.#tied = next
      callApart(() => inner.cancel(why))
    }
  }

  /** Cancels `inner` when the scope is cancelled, at once if it already is. */
  tie(inner: Cancellable): void {
    if (this.#why) inner.cancel(this.#why)
    else this.#tied = { inner, next: this.#tied }
  }

  /** Takes a `tie` back. */
  untie(inner: Cancellable): void {
    if (this.#tied?.inner === inner) {
      this.#tied = this.#tied.next
      return
    }
    for (let tie = this.#tied; tie?.next; tie = tie.next) {
      if (tie.next.inner !== inner) continue
      tie.next = tie.next.next
      return
    }
  }

  /** Calls `listener` when the scope is cancelled, at once if it already is; the returned function takes it back. */
  onCancel(listener: (why: Failure) => void): () => void {
    const inner = { cancel: listener }
    this.tie(inner)
    return () => this.untie(inner)
  }

  /** Unties the scope from its parent, which may live much longer. */
  close(): void {
    this.#parent?.untie(this)
  }
}

/** The caller's own reason where there is one, as `fetch` does. */
function reasonOf(why: Failure): unknown {
  return why.cause ?? Object.assign(new Error(why.message), { name: 'AbortError', code: why.code })
}
