import type { Cell } from './cells.js'

const KEPT = 16
const ENOUGH = 5

/** The durations of the latest answers of one function: what an attempt needs at the very least. */
export class LatencyCell implements Cell {
  readonly #latestMs: number[] = []
  #next = 0

  record(durationMs: number): void {
    this.#latestMs[this.#next] = durationMs
    this.#next = (this.#next + 1) % KEPT
  }

  /** The shortest of the latest answers, in ms; 0 while there are too few to tell. */
  get leastMs(): number {
    return this.#latestMs.length < ENOUGH ? 0 : Math.min(...this.#latestMs)
  }

  idle(): boolean {
    return true
  }
}
