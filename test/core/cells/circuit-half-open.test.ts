import { describe, expect, it } from 'vitest'
import type { Circuit, CircuitSettings, Permit } from '../../../src/core/cells/circuit.js'
import { admitted, clock, emit, events, feed, openedCircuit } from './circuit-stage.js'

describe('a half-open circuit', () => {
  async function halfOpen(change: Partial<CircuitSettings> = {}): Promise<Circuit> {
    const circuit = openedCircuit(change)
    await clock.advance(1_000)
    return circuit
  }

  it('lets so many probes through and no more', async () => {
    const circuit = await halfOpen()
    admitted(circuit)
    admitted(circuit)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('half-open')
  })

  it('lets the call through when an observer that hears of it closes the circuit', async () => {
    const circuit = await halfOpen()
    expect(circuit.admit(() => circuit.close())).toMatchObject({ probe: false })
    expect(circuit.state).toBe('closed')
  })

  it('lets nothing through when an observer that hears of it opens the circuit by hand', async () => {
    const circuit = await halfOpen()
    expect(circuit.admit(() => circuit.open())).toBeUndefined()
    circuit.close()
    expect(circuit.admit()).toMatchObject({ probe: false })
  })

  it('closes when so many probes have passed, with an empty window', async () => {
    const circuit = await halfOpen()
    feed(circuit, 'success')
    expect(circuit.state).toBe('half-open')
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
    expect(events.at(-1)).toEqual({
      type: 'breaker.state',
      state: 'closed',
      previous: 'half-open',
      why: '2 probes passed',
    })
    expect(circuit.snapshot()).toEqual({
      target: 'quote',
      state: 'closed',
      calls: 0,
      failures: 0,
      consecutiveFailures: 0,
      retryAfterMs: 0,
      openings: 0,
    })
  })

  it.each([2, 3, 5])('lets %i more through at once for each probe that has passed', async (probes) => {
    const circuit = await halfOpen({ probes })
    const most = new Set<Permit>()
    for (let passed = 0; passed < probes; passed++) {
      for (let n = 0; n < 50; n++) {
        const permit = circuit.admit(emit)
        if (permit) most.add(permit)
      }
      expect(most.size).toBe(probes * (1 + passed))
      const [first] = most
      if (first) most.delete(first)
      if (first) circuit.settle(first, 'success', 1, emit)
    }
    expect(circuit.state).toBe('closed')
    expect(admitted(circuit).probe).toBe(false)
  })

  it('makes no room for a probe that is ignored, but its own', async () => {
    const circuit = await halfOpen()
    for (let n = 0; n < 10; n++) feed(circuit, 'ignored')
    admitted(circuit)
    admitted(circuit)
    expect(circuit.admit(emit)).toBeUndefined()
  })

  it('takes back all room at the first probe that fails', async () => {
    const circuit = await halfOpen({ probes: 3 })
    feed(circuit, 'success', 'success')
    for (let n = 0; n < 8; n++) admitted(circuit)
    feed(circuit, 'failure')
    expect(circuit.admit(emit)).toBeUndefined()
    await clock.advance(2_000)
    for (let n = 0; n < 3; n++) admitted(circuit)
    expect(circuit.admit(emit)).toBeUndefined()
  })

  it('opens again at the first probe that fails, and the others no longer count', async () => {
    const circuit = await halfOpen({ probes: 3 })
    const [good, bad] = [admitted(circuit), admitted(circuit)]
    circuit.settle(bad, 'failure', 1, emit)
    expect(circuit.state).toBe('open')
    circuit.settle(good, 'success', 1, emit)
    expect(circuit.state).toBe('open')
    await clock.advance(2_000)
    feed(circuit, 'success', 'success')
    expect(circuit.state).toBe('half-open')
  })

  it('neither closes nor opens for a probe that is ignored, and gives its place to the next', async () => {
    const circuit = await halfOpen({ probes: 1 })
    for (let n = 0; n < 5; n++) feed(circuit, 'ignored')
    expect(circuit.state).toBe('half-open')
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
  })

  it('takes a probe that hangs for a failed one', async () => {
    const circuit = await halfOpen({ probes: 1 })
    const hanging = admitted(circuit)
    await clock.advance(60_000)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('half-open')
    await clock.advance(1)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('open')
    expect(events.at(-1)).toMatchObject({
      state: 'open',
      why: 'a probe did not end in time',
      openForMs: 2_000,
    })
    circuit.settle(hanging, 'success', 60_001, emit)
    expect(circuit.state).toBe('open')
    await clock.advance(2_000)
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
  })

  it('gives a probe until the deadline of its call', async () => {
    const circuit = await halfOpen({ probes: 1 })
    const deadlineAt = clock.now() + 90_000
    const probe = circuit.admit(emit, deadlineAt)
    expect(probe).toMatchObject({ probe: true, endBy: deadlineAt })
    await clock.advance(90_000)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('half-open')
    if (probe) circuit.settle(probe, 'success', 90_000, emit)
    expect(circuit.state).toBe('closed')
  })

  it('takes a probe that outlives the deadline of its call for a failed one', async () => {
    const circuit = await halfOpen({ probes: 1 })
    circuit.admit(emit, clock.now() + 500)
    await clock.advance(501)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('open')
  })

  it('finds the probe that hangs although others come and go', async () => {
    const circuit = await halfOpen({ probes: 2 })
    admitted(circuit)
    await clock.advance(30_000)
    feed(circuit, 'ignored')
    await clock.advance(30_001)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('open')
  })
})
