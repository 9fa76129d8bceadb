/** Long-lived state of one policy for one target: a circuit, a budget, a limiter. */
export interface Cell {
  /** Whether it may be forgotten: nothing is under way in it and it holds nothing worth keeping. */
  idle(): boolean
}

const DEFAULT_LIMIT = 10_000
const MOST_LOOKS = 100

/**
 * The long-lived state of all policies, by key; bounded, and idle cells are the first to go.
 *
 * Chains built anew for each request find the state of their function again, because the key is made of the target,
 * the policy and its settings, and not of the chain.
 */
export class Cells {
  readonly #cells = new Map<string, Cell>()
  readonly #limit: number

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit
  }

  get size(): number {
    return this.#cells.size
  }

  /** The cell under `key`, made when it is missing. */
  get<C extends Cell>(key: string, make: () => C): C {
    const known = this.#cells.get(key) as C | undefined
    if (known) return known
    if (this.#cells.size >= this.#limit) this.#dropIdle()
    const made = make()
    this.#cells.set(key, made)
    return made
  }

  /** Every cell whose key begins with `prefix`, with its key. */
  *entries<C extends Cell>(prefix: string): Generator<readonly [key: string, cell: C]> {
    for (const [key, cell] of this.#cells) if (key.startsWith(prefix)) yield [key, cell as C]
  }

  /** A few at a time: what is in use goes to the end of the line, so that no key pays for a look at all the others. */
  #dropIdle(): void {
    let looks = Math.min(MOST_LOOKS, Math.ceil(this.#limit / 10))
    for (const [key, cell] of this.#cells) {
      if (looks-- === 0) return
      this.#cells.delete(key)
      if (!cell.idle()) this.#cells.set(key, cell)
    }
  }
}
