import { callApart } from './call-apart.js'
import type { Timer } from './clock.js'

/**
 * Timers of one length. They are due in the order in which they were set, so that one of Node's is enough for all: where
 * each call sets its own and takes it back, that costs more than all else that a call passes.
 */
export class TimerLine {
  /** What it is armed with: a test's fake timers may come, or go. */
  readonly #setTimeout = globalThis.setTimeout
  readonly #ms: number
  readonly #onIdle: () => void
  readonly #waiting = new Set<Waiting>()
  #timeout: NodeJS.Timeout | undefined

  /** `onIdle` is called when its time has passed without anybody waiting. */
  constructor(ms: number, onIdle: () => void) {
    this.#ms = ms
    this.#onIdle = onIdle
  }

  /** Whether it lives in the time that everybody else sees. */
  get isCurrent(): boolean {
    return this.#setTimeout === globalThis.setTimeout
  }

  add(run: () => void): Timer {
    const waiting = new Waiting(this, performance.now() + this.#ms, run)
    this.#waiting.add(waiting)
    if (this.#timeout) this.#timeout.ref()
    else this.#arm(this.#ms)
    return waiting
  }

  /** The last one leaves Node's timer to whoever comes next; until then it keeps no process alive. */
  remove(waiting: Waiting): void {
    if (this.#waiting.delete(waiting) && this.#waiting.size === 0) this.#timeout?.unref()
  }

  #arm(ms: number): void {
    this.#timeout = this.#setTimeout(() => this.#ring(), ms)
  }

  #ring(): void {
    for (const waiting of this.#waiting) {
      const leftMs = waiting.dueAt - performance.now()
      if (leftMs > 0) return this.#arm(leftMs)
      this.#waiting.delete(waiting)
      callApart(waiting.run)
    }
    this.#timeout = undefined
    this.#onIdle()
  }
}

class Waiting implements Timer {
  readonly dueAt: number
  readonly run: () => void
  readonly #line: TimerLine

  constructor(line: TimerLine, dueAt: number, run: () => void) {
    this.#line = line
    this.dueAt = dueAt
    this.run = run
  }

  cancel(): void {
    this.#line.remove(this)
  }
}
