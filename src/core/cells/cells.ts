import { Seeds, type SavedCell, type Seed } from './seeds.js'

/** Long-lived state of one policy for one target: a circuit, a budget, a limiter. */
export interface Cell {
  /** Whether it may be forgotten: nothing is under way in it and it holds nothing worth keeping. */
  idle(): boolean
  /** What is worth keeping of it, as JSON can say it; undefined when it is as good as new. */
  save?(): unknown
  /** Takes up, before anybody has used it, what another one saved; what it cannot read is as if it were not there. */
  restore?(seed: Seed): void
}

/** Cells that are kept, saved and restored at most. */
export const MOST_CELLS = 10_000
const MOST_LOOKS = 100

/**
 * The long-lived state of all policies, by key; bounded, and idle cells are the first to go.
 *
 * Chains built anew for each request find the state of their function again, because the key is made of the target,
 * the policy and its settings, and not of the chain.
 */
export class Cells {
  readonly #cells = new Map<string, Cell>()
  readonly #seeds = new Seeds()
  readonly #limit: number
  #dropped = 0

  constructor(limit: number = MOST_CELLS) {
    this.#limit = limit
  }

  get size(): number {
    return this.#cells.size
  }

  /** How many were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** The cell under `key`, made when it is missing. */
  get<C extends Cell>(key: string, make: () => C): C {
    const known = this.#cells.get(key) as C | undefined
    if (known) return known
    if (this.#cells.size >= this.#limit) this.#dropIdle()
    const made = make()
    this.#cells.set(key, made)
    const seed = this.#seeds.take(key)
    if (seed) made.restore?.(seed)
    return made
  }

  /** Keeps what was saved for the cell that will be made under `key`; false where this one has its own already. */
  plant(key: string, seed: Seed): boolean {
    if (this.#cells.has(key) || this.#seeds.has(key)) return false
    this.#seeds.put(key, seed)
    return true
  }

  /** What is worth keeping, of the cells in use and of what was restored and not asked for yet. */
  save(): SavedCell[] {
    const inUse = Array.from(this.#cells, ([key, cell]) => ({ key, ageMs: 0, saved: cell.save?.() }))
    const worthKeeping = inUse.filter(({ saved }) => saved !== undefined)
    return [...worthKeeping, ...this.#seeds.save()].slice(0, MOST_CELLS)
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
      if (cell.idle()) this.#dropped++
      else this.#cells.set(key, cell)
    }
  }
}
