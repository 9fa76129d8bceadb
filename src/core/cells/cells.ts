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

/** What is kept for one owner, by kind: owners with the same kinds share the shape of this object, and a Map is larger. */
type Kept = Record<string, Cell>

/**
 * The long-lived state of all policies; bounded, and idle cells are the first to go.
 *
 * It is kept by owner (a function, a client, an account) and kind, which is the policy and those of its settings that
 * matter: chains built anew for each request find the state of their function again.
 */
export class Cells {
  readonly #byOwner = new Map<string, Kept>()
  readonly #seeds = new Seeds()
  readonly #limit: number
  #size = 0
  #dropped = 0

  constructor(limit: number = MOST_CELLS) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** How many were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  /** The cell of that kind, a word without spaces, made when it is missing. */
  get<C extends Cell>(kind: string, owner: string, make: () => C): C {
    const known = this.#byOwner.get(owner)?.[kind] as C | undefined
    if (known) return known
    if (this.#size >= this.#limit) this.#dropIdle()
    const made = make()
    this.#put(kind, owner, made)
    const seed = this.#seeds.size > 0 ? this.#seeds.take(keyOf(kind, owner)) : undefined
    if (seed) made.restore?.(seed)
    return made
  }

  /** Keeps what was saved for the cell that will be made under `key`; false where this one has its own already. */
  plant(key: string, seed: Seed): boolean {
    const [kind = '', ...owner] = key.split(' ')
    const kept = this.#byOwner.get(owner.join(' '))
    if ((kept && Object.hasOwn(kept, kind)) || this.#seeds.has(key)) return false
    this.#seeds.put(key, seed)
    return true
  }

  /** What is worth keeping, of the cells in use and of what was restored and not asked for yet. */
  save(): SavedCell[] {
    const inUse = Array.from(this.entries(''), ([key, cell]) => ({ key, ageMs: 0, saved: cell.save?.() }))
    const worthKeeping = inUse.filter(({ saved }) => saved !== undefined)
    return [...worthKeeping, ...this.#seeds.save()].slice(0, MOST_CELLS)
  }

  /** Every cell whose kind begins with `prefix`, with its key. */
  *entries<C extends Cell>(prefix: string): Generator<readonly [key: string, cell: C]> {
    for (const [owner, kept] of this.#byOwner) {
      for (const [kind, cell] of Object.entries(kept))
        if (kind.startsWith(prefix)) yield [keyOf(kind, owner), cell as C]
    }
  }

  #put(kind: string, owner: string, cell: Cell): void {
    const kept = this.#byOwner.get(owner)
    if (kept) kept[kind] = cell
    else this.#byOwner.set(owner, { [kind]: cell })
    this.#size++
  }

  /** A few at a time: what is in use goes to the end of the line, so that no owner pays for a look at all the others. */
  #dropIdle(): void {
    let looks = Math.min(MOST_LOOKS, Math.ceil(this.#limit / 10))
    for (const [owner, kept] of this.#byOwner) {
      if (looks <= 0) return
      this.#byOwner.delete(owner)
      for (const [kind, cell] of Object.entries(kept)) {
        looks--
        this.#size--
        if (cell.idle()) this.#dropped++
        else this.#put(kind, owner, cell)
      }
    }
  }
}

function keyOf(kind: string, owner: string): string {
  return `${kind} ${owner}`
}
