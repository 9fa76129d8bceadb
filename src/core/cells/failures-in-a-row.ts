/** Failures of calls that were in flight together, as when a connection breaks, are one: so close, they have one cause. */
const BLIP_MS = 250

/** Counts failures one after the other. */
export class FailuresInARow {
  #count: number
  #countedAt: number | undefined

  /** After so many that were counted elsewhere. */
  constructor(count = 0) {
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  /** One that began before the last was counted says nothing new, unless some time has passed since. */
  failed(beganAt: number, now: number): void {
    const last = this.#countedAt
    if (last !== undefined && beganAt < last && now - last < BLIP_MS) return
    this.#count++
    this.#countedAt = now
  }

  /** The next is the first again. */
  reset(): void {
    this.#count = 0
  }
}
