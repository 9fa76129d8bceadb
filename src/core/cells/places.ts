import type { Cell } from './cells.js'

/** A waiter's way out of the queue. */
type Admit = () => void

/** A number of places for calls in flight, and a bounded queue before them, first come first served. */
export class Places implements Cell {
  readonly concurrency: number
  readonly queueLimit: number
  readonly #waiting = new Set<Admit>()
  #inFlight = 0

  constructor(concurrency: number, queueLimit: number) {
    this.concurrency = concurrency
    this.queueLimit = queueLimit
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** Takes a place if one is free. */
  take(): boolean {
    if (this.#inFlight >= this.concurrency) return false
    this.#inFlight++
    return true
  }

  /** Joins the queue; `admit` is called with a place taken. The returned function leaves it; undefined when it is full. */
  join(admit: Admit): (() => void) | undefined {
    if (this.#waiting.size >= this.queueLimit) return undefined
    this.#waiting.add(admit)
    return () => this.#waiting.delete(admit)
  }

  /** Gives a place back, or on to whoever has waited longest. */
  leave(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#inFlight--
      return
    }
    this.#waiting.delete(next)
    next()
  }

  idle(): boolean {
    return this.#inFlight === 0
  }
}
