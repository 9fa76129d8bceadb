import type { Cell, Cells } from './cells.js'
import type { Circuit, Hold } from './circuit.js'
import { field, savedCells, Seeds, type Seed } from './seeds.js'

/** Sets of settings that are restored for one function. */
const MOST_RESTORED = 100

/** The kind of these cells. */
export const CIRCUITS = 'circuits'

/** The circuits of the subject with this key. */
export function circuitsOf(cells: Cells, key: string): Circuits {
  return cells.get(CIRCUITS, key, () => new Circuits())
}

/** The circuits of one function, qualifier and tenant: one for each set of settings, and opened by hand together. */
export class Circuits implements Cell, Hold {
  /** Whether somebody has opened them by hand. */
  held = false
  /** An object, since nearly always there is one, and a Map is larger. */
  readonly #bySettings: Record<string, Circuit> = {}
  #seeds: Seeds | undefined

  /** The circuit with these settings, made when it is missing. */
  of(settings: string, make: (hold: Hold) => Circuit): Circuit {
    const known = this.#bySettings[settings]
    if (known) return known
    const made = make(this)
    this.#bySettings[settings] = made
    const seed = this.#seeds?.take(settings)
    if (seed) made.restore(seed)
    return made
  }

  get all(): readonly Circuit[] {
    return Object.values(this.#bySettings)
  }

  /** Whether none of those in use keeps calls away. */
  get closed(): boolean {
    return !this.held && this.all.every((circuit) => circuit.state === 'closed' || circuit.idle())
  }

  idle(): boolean {
    return !this.held && !this.#seeds?.size && this.all.every((circuit) => circuit.idle())
  }

  save(): unknown {
    const { held } = this
    const own = Object.entries(this.#bySettings).map(([key, one]) => ({ key, ageMs: 0, saved: one.save() }))
    const circuits = [...own.filter(({ saved }) => saved !== undefined), ...(this.#seeds?.save() ?? [])]
    return held || circuits.length > 0 ? { held, circuits } : undefined
  }

  restore(seed: Seed): void {
    this.held = field(seed.saved, 'held') === true
    this.#seeds = new Seeds()
    for (const cell of savedCells(field(seed.saved, 'circuits'), MOST_RESTORED)) {
      const part = cell && seed.part(cell)
      if (part) this.#seeds.put(cell.key, part)
    }
  }
}
