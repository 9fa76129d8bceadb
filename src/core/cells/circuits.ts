import type { Cell, Cells } from './cells.js'
import type { Circuit, Hold } from './circuit.js'
import { field, savedCells, Seeds, type Seed } from './seeds.js'

/** Sets of settings that are restored for one function. */
const MOST_RESTORED = 100

/** The keys of all circuits begin so. */
export const CIRCUITS = 'circuits '

/** The circuits of the subject with this key. */
export function circuitsOf(cells: Cells, key: string): Circuits {
  return cells.get(`${CIRCUITS}${key}`, () => new Circuits())
}

/** The circuits of one function, qualifier and tenant: one for each set of settings, and opened by hand together. */
export class Circuits implements Cell, Hold {
  held = false
  readonly #bySettings = new Map<string, Circuit>()
  readonly #seeds = new Seeds()

  /** The circuit with these settings, made when it is missing. */
  of(settings: string, make: (hold: Hold) => Circuit): Circuit {
    let circuit = this.#bySettings.get(settings)
    if (!circuit) {
      this.#bySettings.set(settings, (circuit = make(this)))
      const seed = this.#seeds.take(settings)
      if (seed) circuit.restore(seed)
    }
    return circuit
  }

  get all(): readonly Circuit[] {
    return [...this.#bySettings.values()]
  }

  /** Whether none of those in use keeps calls away. */
  get closed(): boolean {
    return !this.held && this.all.every((circuit) => circuit.state === 'closed' || circuit.idle())
  }

  idle(): boolean {
    return !this.held && this.#seeds.size === 0 && this.all.every((circuit) => circuit.idle())
  }

  save(): unknown {
    const { held } = this
    const own = Array.from(this.#bySettings, ([key, circuit]) => ({ key, ageMs: 0, saved: circuit.save() }))
    const circuits = [...own.filter(({ saved }) => saved !== undefined), ...this.#seeds.save()]
    return held || circuits.length > 0 ? { held, circuits } : undefined
  }

  restore(seed: Seed): void {
    this.held = field(seed.saved, 'held') === true
    for (const cell of savedCells(field(seed.saved, 'circuits'), MOST_RESTORED)) {
      const part = cell && seed.part(cell)
      if (part) this.#seeds.put(cell.key, part)
    }
  }
}
