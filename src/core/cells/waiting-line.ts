/** Somebody who waits for a place. */
export interface Waiter<Place> {
  /** On the clock; `Infinity` without a deadline. */
  readonly deadlineAt: number
  admit(place: Place): void
}

/** A line served in the order of deadlines; those with the same one in the order in which they came. */
export class WaitingLine<Place> {
  readonly #waiters: Waiter<Place>[] = []

  get size(): number {
    return this.#waiters.length
  }

  /** How many would be served before a newcomer with this deadline. */
  before(deadlineAt: number): number {
    let low = 0
    let high = this.#waiters.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#waiters[middle]?.deadlineAt ?? Infinity) <= deadlineAt) low = middle + 1
      else high = middle
    }
    return low
  }

  add(waiter: Waiter<Place>): void {
    this.#waiters.splice(this.before(waiter.deadlineAt), 0, waiter)
  }

  remove(waiter: Waiter<Place>): void {
    const index = this.#waiters.indexOf(waiter)
    if (index >= 0) this.#waiters.splice(index, 1)
  }

  next(): Waiter<Place> | undefined {
    return this.#waiters.shift()
  }
}
