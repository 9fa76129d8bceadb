import type { Clock } from '../clock.js'
import type { Cell } from './cells.js'

const KEPT = 1_024
const KEPT_MS = 10 * 60_000
const ENOUGH = 20
/** What is newer than the sorted copy may be so small a part of it, or so young. */
const STALE_SHARE = 1 / 16
const STALE_MS = 10_000
const FORGOTTEN_MS = 60_000
const ROUNDING = 1e-9

/** How long the latest first attempts of one function took: what tells a slow one from an ordinary one. */
export class LatencyWindow implements Cell {
  readonly #clock: Clock
  readonly #latestMs: number[] = []
  readonly #recordedAt: number[] = []
  #next = 0
  #sorted = new Float64Array()
  #sortedAt = -Infinity
  #newer = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  record(durationMs: number): void {
    this.#latestMs[this.#next] = durationMs
    this.#recordedAt[this.#next] = this.#clock.now()
    this.#next = (this.#next + 1) % KEPT
    this.#newer++
  }

  /** What that share of the attempts did not exceed, in ms; undefined while there are too few to tell. */
  quantile(share: number): number | undefined {
    if (this.#latestMs.length < ENOUGH) return undefined
    const now = this.#clock.now()
    const stale = this.#newer > this.#sorted.length * STALE_SHARE || now - this.#sortedAt >= STALE_MS
    if (stale) this.#sort(now)
    if (this.#sorted.length < ENOUGH) return undefined
    return this.#sorted[Math.ceil(share * this.#sorted.length - ROUNDING) - 1]
  }

  idle(): boolean {
    const last = this.#recordedAt.at(this.#next - 1) ?? -Infinity
    return this.#clock.now() - last >= FORGOTTEN_MS
  }

  #sort(now: number): void {
    const recent = this.#latestMs.filter((_, index) => now - (this.#recordedAt[index] ?? 0) < KEPT_MS)
    this.#sorted = Float64Array.from(recent).toSorted()
    this.#sortedAt = now
    this.#newer = 0
  }
}
