import type { Circuit, CircuitSnapshot } from '../core/cells/circuit.js'
import type { CircuitState, Emit } from '../core/events.js'

/** The circuit of one function, qualifier and tenant; shared by all chains with the same settings. */
export interface CircuitHandle {
  readonly state: CircuitState
  /** Refuses all calls until `close` is called. */
  open(): void
  close(): void
  snapshot(): CircuitSnapshot
}

/** A circuit as its owner may handle it. */
export function circuitHandle(circuit: () => Circuit, emit: () => Emit | undefined): CircuitHandle {
  return {
    get state() {
      return circuit().state
    },
    open: () => circuit().open(emit()),
    close: () => circuit().close(emit()),
    snapshot: () => circuit().snapshot(),
  }
}
