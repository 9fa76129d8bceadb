import type { Cell } from './cells.js'
import { clamped, field, items, type Seed } from './seeds.js'

const KEPT = 16
const ENOUGH = 5

/** Source: Lambda quotas, "Function timeout". */
const LONGEST_RUN_MS = 900_000

/** The durations of the latest answers of one function: what an attempt needs at the very least. */
export class LatencyCell implements Cell {
  #latestMs: number[] | undefined
  #next = 0

  record(durationMs: number): void {
    // An array that grows takes room for many at once, which a function that is called once does not need.
    if (this.#latestMs) this.#latestMs[this.#next] = durationMs
    else this.#latestMs = [durationMs]
    this.#next = (this.#next + 1) % KEPT
  }

  /** The shortest of the latest answers, in ms; 0 while there are too few to tell. */
  get leastMs(): number {
    return !this.#latestMs || this.#latestMs.length < ENOUGH ? 0 : Math.min(...this.#latestMs)
  }

  idle(): boolean {
    return true
  }

  save(): unknown {
    if (!this.#latestMs) return undefined
    return { latestMs: [...this.#latestMs.slice(this.#next), ...this.#latestMs.slice(0, this.#next)] }
  }

  restore({ saved }: Seed): void {
    for (const each of items(field(saved, 'latestMs'), KEPT)) {
      const durationMs = clamped(each, 0, LONGEST_RUN_MS)
      if (durationMs !== undefined) this.record(durationMs)
    }
  }
}
