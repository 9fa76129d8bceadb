import { beforeEach, expect } from 'vitest'
import { Circuit, type CircuitSettings, type Permit } from '../../../src/core/cells/circuit.js'
import type { CallEventBody } from '../../../src/core/events.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'

const settings: CircuitSettings = Object.freeze({
  failureRate: 0.5,
  minimumCalls: 4,
  windowMs: 10_000,
  consecutiveFailures: 100,
  openForMs: 1_000,
  maxOpenForMs: 4_000,
  probes: 2,
  slowCalls: false,
})

export type Result = 'success' | 'failure' | 'ignored'

// Made anew for each test.
export let clock: FakeClock
export let events: CallEventBody[]
export const emit = (event: CallEventBody): void => void events.push(event)

beforeEach(() => {
  clock = fakeClock()
  clock.random = () => 0
  events = []
})

export function circuitWith(change: Partial<CircuitSettings> = {}): Circuit {
  return new Circuit('quote', Object.freeze({ ...settings, ...change }), clock)
}

export function admitted(circuit: Circuit): Permit {
  const permit = circuit.admit(emit)
  if (!permit) throw new Error(`refused: ${circuit.state}`)
  return permit
}

/** One call after another, each with its result. */
export function feed(circuit: Circuit, ...results: readonly Result[]): void {
  for (const result of results) circuit.settle(admitted(circuit), result, 0, emit)
}

export function openedCircuit(change: Partial<CircuitSettings> = {}): Circuit {
  const circuit = circuitWith(change)
  feed(circuit, 'failure', 'failure', 'failure', 'failure')
  expect(circuit.state).toBe('open')
  events.length = 0
  return circuit
}
