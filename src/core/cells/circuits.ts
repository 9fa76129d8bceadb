import type { Cell, Cells } from './cells.js'
import type { Circuit, Hold } from './circuit.js'

/** The keys of all circuits begin so. */
export const CIRCUITS = 'circuits '

/** The circuits of the subject with this key. */
export function circuitsOf(cells: Cells, key: string): Circuits {
  return cells.get(`${CIRCUITS}${key}`, () => new Circuits())
}

/** The circuits of one function, qualifier and tenant: one for each set of settings, and opened by hand together. */
export class Circuits implements Cell {
  readonly #bySettings = new Map<string, Circuit>()
  readonly #hold: Hold = { held: false }

  /** The circuit with these settings, made when it is missing. */
  of(settings: string, make: (hold: Hold) => Circuit): Circuit {
    let circuit = this.#bySettings.get(settings)
    if (!circuit) this.#bySettings.set(settings, (circuit = make(this.#hold)))
    return circuit
  }

  get all(): readonly Circuit[] {
    return [...this.#bySettings.values()]
  }

  /** Whether none of those in use keeps calls away. */
  get closed(): boolean {
    return !this.#hold.held && this.all.every((circuit) => circuit.state === 'closed' || circuit.idle())
  }

  idle(): boolean {
    return !this.#hold.held && this.all.every((circuit) => circuit.idle())
  }
}
