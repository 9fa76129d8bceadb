import type { Failure } from '../failures/failure.js'
import type { Call, Context, Next } from './call.js'
import { failed, thrown, type Failed, type Outcome } from './outcome.js'
import type { Cancellable, Scope } from './scope.js'

/**
 * What a guard leaves behind where it lets a call in: sees it out when it has ended or was cancelled.
 *
 * A class, since an object with a few fields costs a third of a closure, and since one that knows nothing of the single
 * call can serve all of them.
 */
export abstract class Exit {
  /**
   * Called once; may turn the outcome into another.
   *
   * Where code threw, the outcome only tells of it: the error itself goes on.
   */
  abstract leave(outcome: Outcome, passage: Passage): Outcome | Promise<Outcome> | undefined | void
}

/** A refusal, who sees it out, or nothing. */
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
  /** Whether code threw further in. */
  readonly crashed: boolean
}

/** Puts guards, the outermost first, around `next`; what ignores its cancellation is let go, guards included. */
export function guarded(guards: readonly Guard[], next: Next): Next {
  if (guards.length === 0) return next
  return function pass(call, context) {
    return new Promise((resolve) => {
      new GuardedCall(guards, next, call, context, resolve).enter(0)
    })
  }
}

class GuardedCall implements Passage, Cancellable {
  call: Call
  context: Context
  crashed = false
  beside: Cancellable | undefined = undefined
  readonly #guards: readonly Guard[]
  readonly #next: Next
  readonly #resolve: (outcome: Outcome | Promise<never>) => void
  /** By the guards that left them, the outermost first. */
  readonly #exits: (Exit | undefined)[]
  /** Guards that are still to be left, or passed. */
  #inside = 0
  #scope: Scope | undefined
  #now: number | undefined
  /** Counts what is waited for: what comes when something else is waited for comes too late. */
  #step = 0

  constructor(
    guards: readonly Guard[],
    next: Next,
    call: Call,
    context: Context,
    resolve: (outcome: Outcome | Promise<never>) => void,
  ) {
    this.#guards = guards
    // oxlint-disable-next-line unicorn/no-new-array -- one that grows takes room for many more
    this.#exits = new Array<undefined>(guards.length)
    this.#next = next
    this.call = call
    this.context = context
    this.#resolve = resolve
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
        // By the one before, or in the very moment in which a wait ended or a place came free.
        if (scope.cancelled) return this.cancel(scope.cancelled)
        const entered = this.#guards[at]?.(this)
        if (entered instanceof Promise) return this.#wait(entered, at, scope)
        if (!this.#isIn(entered, at)) return
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
          if (this.#isIn(entered, at)) this.enter(at + 1)
          return
        }
        const { cancelled } = scope
        // Let in when it was gone already.
        if (cancelled && entered instanceof Exit) void entered.leave(failed(cancelled), this)
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

  #isIn(entered: Entered, at: number): boolean {
    if (entered === undefined) return true
    if (!(entered instanceof Exit)) {
      this.#seeOut(entered)
      return false
    }
    this.#exits[at] = entered
    this.#inside = at + 1
    return true
  }

  /** Goes out by the guards that let the call in, the innermost first. */
  #seeOut(outcome: Outcome): void {
    this.#now = undefined
    try {
      while (this.#inside > 0) {
        const turned = this.#takeExit()?.leave(outcome, this)
        if (turned instanceof Promise) return this.#waitForExit(turned)
        if (turned) outcome = turned
      }
    } catch (error) {
      return this.#fail(error)
    }
    this.#scope?.untie(this)
    this.#resolve(outcome)
  }

  /** A scope that a guard further in has made is closed by now, and hears of nothing any more. */
  #waitForExit(turning: Promise<Outcome>): void {
    const step = this.#tie(this.context.scope.open)
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
    // One way to settle is less for each call in flight to keep than two. Where it has settled already, nobody is told.
    const rejected = Promise.reject(error)
    rejected.catch(() => {})
    this.#resolve(rejected)
    this.crashed = true
    const outcome = thrown(error)
    while (this.#inside > 0) void this.#takeExit()?.leave(outcome, this)
  }

  /** Taken away, since a guard that cancels the call while it lets it in is still to be left when those further out have been. */
  #takeExit(): Exit | undefined {
    const exit = this.#exits[--this.#inside]
    this.#exits[this.#inside] = undefined
    return exit
  }
}
