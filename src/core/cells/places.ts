import type { Cell } from './cells.js'

/** A waiter's way out of the queue. */
type Admit = () => void

/** A number of places for calls in flight, and a bounded queue before them, first come first served. */
export class Places implements Cell {
  readonly concurrency: number
  readonly queueLimit: number
  /** Made when somebody waits for the first time. */
  #waiting: Set<Admit> | undefined
  #inFlight = 0

  constructor(concurrency: number, queueLimit: number) {
    this.concurrency = concurrency
    this.queueLimit = queueLimit
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#waiting?.size ?? 0
  }

  /** Takes a place if one is free. */
  take(): boolean {
    if (this.#inFlight >= this.concurrency) return false
    this.#inFlight++
    return true
  }

  /** Joins the queue; `admit` is called with a place taken. The returned function leaves it; undefined when it is full. */
  join(admit: Admit): (() => void) | undefined {
    if (this.queued >= this.queueLimit) return undefined
    const waiting = (this.#waiting ??= new Set())
    waiting.add(admit)
    return () => waiting.delete(admit)
  }

  /** Gives a place back, or on to whoever has waited longest. */
  leave(): void {
    const next = this.#next()
    if (next) next()
    else this.#inFlight--
  }

  #next(): Admit | undefined {
    if (!this.#waiting?.size) return undefined
    const [next] = this.#waiting
    if (next) this.#waiting.delete(next)
    return next
  }

  idle(): boolean {
    return this.#inFlight === 0
  }
}
