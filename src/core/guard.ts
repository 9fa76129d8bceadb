import type { Failure } from '../failures/failure.js'
import type { Call, Context, Next } from './call.js'
import { failed, thrown, type Failed, type Outcome } from './outcome.js'
import type { Cancellable, Scope } from './scope.js'

/**
 * What a guard does when a call that it let in has ended; it may turn the outcome into another.
 *
 * Where code threw, the outcome only tells of it: the error itself goes on.
 */
export type Exit = (outcome: Outcome, crashed: boolean) => Outcome | Promise<Outcome> | void

/** A refusal, what to do at the end, or nothing. */
export type Entered = Failed | Exit | undefined

/**
 * A policy that lets a call in, or does not, and sees it out: once, as soon as it has ended or was cancelled.
 *
 * It may set `call` and `context` for what is further in. Guards side by side share one promise and one place in the
 * scope, so that a call which nothing holds up passes them for little more than the calls of their functions.
 */
export type Guard = (passage: Passage) => Entered | Promise<Entered>

/** A call on its way through guards, as they see and change it. */
export interface Passage {
  call: Call
  context: Context
  /** On the clock, read once for all guards that a call passes together. */
  readonly now: number
}

/** Puts guards, the outermost first, around `next`; what ignores its cancellation is let go, guards included. */
export function guarded(guards: readonly Guard[], next: Next): Next {
  if (guards.length === 0) return next
  return function pass(call, context) {
    return new Promise((resolve, reject) => {
      new GuardedCall(guards, next, call, context, resolve, reject).enter(0)
    })
  }
}

/** A way out, the scope in which the guard let the call in, and the way out after it. */
interface Outward {
  readonly exit: Exit
  readonly scope: Scope
  readonly next: Outward | undefined
}

class GuardedCall implements Passage, Cancellable {
  call: Call
  context: Context
  readonly #guards: readonly Guard[]
  readonly #next: Next
  readonly #resolve: (outcome: Outcome) => void
  readonly #reject: (error: unknown) => void
  /** The innermost first. */
  #exits: Outward | undefined
  #scope: Scope | undefined
  #now: number | undefined
  /** Counts what is waited for: what comes when something else is waited for comes too late. */
  #step = 0

  constructor(
    guards: readonly Guard[],
    next: Next,
    call: Call,
    context: Context,
    resolve: (outcome: Outcome) => void,
    reject: (error: unknown) => void,
  ) {
    this.#guards = guards
    this.#next = next
    this.call = call
    this.context = context
    this.#resolve = resolve
    this.#reject = reject
  }

  get now(): number {
    return (this.#now ??= this.context.clock.now())
  }

  /** Goes by the guards from that one on, and further in. */
  enter(from: number): void {
    this.#now = undefined
    try {
      for (let at = from; at < this.#guards.length; at++) {
        const { scope } = this.context
        const entered = this.#guards[at]?.(this)
        if (entered instanceof Promise) return this.#wait(entered, at, scope)
        if (!this.#isIn(entered, scope)) return
      }
      const step = this.#tie(this.context.scope)
      if (step === undefined) return
      // A policy of somebody's own may have answered without a promise.
      Promise.resolve(this.#next(this.call, this.context)).then(
        (outcome) => step === this.#step && this.#seeOut(outcome),
        (error: unknown) => step === this.#step && this.#fail(error),
      )
    } catch (error) {
      this.#fail(error)
    }
  }

  cancel(why: Failure): void {
    this.#step++
    this.#seeOut(failed(why))
  }

  #wait(entering: Promise<Entered>, at: number, scope: Scope): void {
    const step = this.#tie(scope)
    entering.then(
      (entered) => {
        if (step === this.#step) {
          if (this.#isIn(entered, scope)) this.enter(at + 1)
          return
        }
        const { cancelled } = scope
        // Let in when it was gone already.
        if (cancelled && typeof entered === 'function') void entered(failed(cancelled), false)
      },
      (error: unknown) => step === this.#step && this.#fail(error),
    )
  }

  /** Hears of a cancellation while something is waited for; undefined when there was one already. */
  #tie(scope: Scope): number | undefined {
    if (scope.cancelled) {
      this.cancel(scope.cancelled)
      return undefined
    }
    if (this.#scope !== scope) {
      this.#scope?.untie(this)
      this.#scope = scope
      scope.tie(this)
    }
    return ++this.#step
  }

  #isIn(entered: Entered, scope: Scope): boolean {
    if (typeof entered === 'function') this.#exits = { exit: entered, scope, next: this.#exits }
    else if (entered) this.#seeOut(entered)
    return entered === undefined || typeof entered === 'function'
  }

  /** Goes out by the guards that let the call in, the innermost first. */
  #seeOut(outcome: Outcome): void {
    this.#now = undefined
    try {
      while (this.#exits) {
        const { exit, scope } = this.#exits
        this.#exits = this.#exits.next
        const turned = exit(outcome, false)
        if (turned instanceof Promise) return this.#waitForExit(turned, scope)
        if (turned) outcome = turned
      }
    } catch (error) {
      return this.#fail(error)
    }
    this.#scope?.untie(this)
    this.#resolve(outcome)
  }

  /** In the guard's own scope: one that a guard further in has made is closed, and hears of nothing any more. */
  #waitForExit(turning: Promise<Outcome>, scope: Scope): void {
    const step = this.#tie(scope)
    turning.then(
      (outcome) => step === this.#step && this.#seeOut(outcome),
      (error: unknown) => step === this.#step && this.#fail(error),
    )
  }

  /** The caller is told first, so that nothing can keep it from him. */
  #fail(error: unknown): void {
    this.#now = undefined
    this.#step++
    this.#scope?.untie(this)
    this.#reject(error)
    const outcome = thrown(error)
    while (this.#exits) {
      const { exit } = this.#exits
      this.#exits = this.#exits.next
      void exit(outcome, true)
    }
  }
}
