import type { Failure } from '../failures/failure.js'
import { callApart } from './call-apart.js'

/** What can be cancelled along with a scope; tied to one at a time. */
export interface Cancellable {
  cancel(why: Failure): void
  /** The one that was tied before to the same scope: the chain's own. */
  beside: Cancellable | undefined
}

/**
 * A stretch of work that can be cancelled with a reason: a call, or one attempt within it.
 *
 * It is what an AbortController is, but several times cheaper where nobody needs the signal, and its reason is a
 * `Failure`. A scope made inside another is cancelled with it; `close` unties the two.
 */
export class Scope implements Cancellable {
  /** Of the chain of those that are tied to the same parent. */
  beside: Cancellable | undefined = undefined
  readonly #parent: Scope | undefined
  #closed = false
  #why: Failure | undefined
  /** Few at any time, so that a chain is the cheapest way to keep them; the latest first. */
  #tied: Cancellable | undefined
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
      const inner = this.#tied
      this.#tied = inner.beside
      callApart(() => inner.cancel(why))
    }
  }

  /** Cancels `inner` when the scope is cancelled, at once if it already is. */
  tie(inner: Cancellable): void {
    if (this.#why) return inner.cancel(this.#why)
    inner.beside = this.#tied
    this.#tied = inner
  }

  /** Takes a `tie` back. */
  untie(inner: Cancellable): void {
    if (this.#tied === inner) {
      this.#tied = inner.beside
      return
    }
    for (let tied = this.#tied; tied; tied = tied.beside) {
      if (tied.beside !== inner) continue
      tied.beside = inner.beside
      return
    }
  }

  /** Calls `listener` when the scope is cancelled, at once if it already is; the returned function takes it back. */
  onCancel(listener: (why: Failure) => void): () => void {
    const inner: Cancellable = { cancel: listener, beside: undefined }
    this.tie(inner)
    return () => this.untie(inner)
  }

  /** Unties the scope from its parent, which may live much longer. */
  close(): void {
    this.#closed = true
    this.#parent?.untie(this)
  }

  /** The innermost scope around that has not been closed, this one included. */
  get open(): Scope {
    return this.#closed && this.#parent ? this.#parent.open : this
  }
}

/** The caller's own reason where there is one, as `fetch` does. */
function reasonOf(why: Failure): unknown {
  return why.cause ?? Object.assign(new Error(why.message), { name: 'AbortError', code: why.code })
}
