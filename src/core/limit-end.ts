import type { Timer } from './clock.js'
import { Exit } from './guard.js'
import type { Scope } from './scope.js'

/** Ends a stretch of work that had a time limit: takes its timer back, and unties its scope. */
export class LimitEnd extends Exit {
  readonly #scope: Scope
  readonly #timer: Timer

  constructor(scope: Scope, timer: Timer) {
    super()
    this.#scope = scope
    this.#timer = timer
  }

  leave(): void {
    this.#timer.cancel()
    this.#scope.close()
  }
}
