import { Circuit, type CircuitSettings } from '../../../src/core/cells/circuit.js'
import { Seed } from '../../../src/core/cells/seeds.js'
import { BREAKER_DEFAULTS } from '../../../src/policies/breaker.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'

export const settings: CircuitSettings = Object.freeze({
  ...BREAKER_DEFAULTS,
  minimumCalls: 4,
  windowMs: 10_000,
  openForMs: 1_000,
  maxOpenForMs: 4_000,
  slowCalls: Object.freeze({ durationMs: 50, rate: 1 }),
})

export function seedOf(saved: unknown, clock: FakeClock, ageMs = 0): Seed {
  return new Seed(saved, { ageMs, maxAgeMs: 60_000, clock })
}

/** As it comes back from wherever it was kept. */
export function through(saved: unknown): unknown {
  return saved === undefined ? undefined : JSON.parse(JSON.stringify(saved))
}

export function circuit(clock: FakeClock): Circuit {
  clock.random = () => 0
  return new Circuit('quote', settings, clock)
}

export function feed(circuit: Circuit, failed: boolean, durationMs = 0): void {
  const permit = circuit.admit()
  if (permit) circuit.settle(permit, failed ? 'failure' : 'success', durationMs)
}

/** On a clock that began at another time. */
export async function another(): Promise<FakeClock> {
  const clock = fakeClock({ seed: 2 })
  await clock.advance('3h')
  return clock
}
