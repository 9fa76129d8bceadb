import { describe, expect, it } from 'vitest'
import { Circuit } from '../../../src/core/cells/circuit.js'
import { Circuits } from '../../../src/core/cells/circuits.js'
import { BREAKER_DEFAULTS } from '../../../src/policies/breaker.js'
import { admitted, clock, emit, events, feed } from './circuit-stage.js'

const settings = { ...BREAKER_DEFAULTS, consecutiveFailures: 1, openForMs: 1_000, maxOpenForMs: 4_000 }

/** The circuits of one function, and two of them that differ in their settings. */
function two(): { circuits: Circuits; one: Circuit; other: Circuit } {
  const circuits = new Circuits()
  return { circuits, one: circuitOf(circuits, 1), other: circuitOf(circuits, 2) }
}

function circuitOf(circuits: Circuits, probes: number): Circuit {
  return circuits.of(
    `${probes}`,
    (hold) => new Circuit('quote', Object.freeze({ ...settings, probes }), clock, hold),
  )
}

describe('the circuits of one function', () => {
  it('are one for each set of settings', () => {
    const { circuits, one, other } = two()
    expect(other).not.toBe(one)
    expect(circuitOf(circuits, 1)).toBe(one)
    expect(circuits.all[0]).toBe(one)
    expect(circuits.all[1]).toBe(other)
    expect(circuits.all).toHaveLength(2)
  })

  it('open by themselves each for itself', () => {
    const { one, other } = two()
    feed(one, 'failure')
    expect([one.state, other.state]).toEqual(['open', 'closed'])
  })

  it('are opened and closed by hand together, those of later chains too', () => {
    const { circuits, one, other } = two()
    one.open(emit)
    const late = circuitOf(circuits, 3)
    for (const circuit of [one, other, late]) {
      expect(circuit.state).toBe('open')
      expect(circuit.retryAfterMs).toBeUndefined()
      expect(circuit.admit(emit)).toBeUndefined()
    }
    other.open(emit)
    expect(events).toHaveLength(1)
    other.close(emit)
    for (const circuit of [one, other, late]) {
      expect(circuit.state).toBe('closed')
      expect(circuit.retryAfterMs).toBe(0)
      expect(admitted(circuit).probe).toBe(false)
    }
    expect(events).toMatchObject([
      { state: 'open', previous: 'closed', why: 'opened by hand' },
      { state: 'closed', previous: 'open', why: 'closed by hand' },
    ])
  })

  it('go on where they were when another one is closed by hand', async () => {
    const { one, other } = two()
    feed(one, 'failure')
    other.open(emit)
    await clock.advance(400)
    other.close(emit)
    expect(other.state).toBe('closed')
    expect(one.state).toBe('open')
    expect(one.retryAfterMs).toBe(600)
    expect(one.snapshot().openings).toBe(1)
  })

  it('are needed while one of them is, and while somebody holds them open', () => {
    const { circuits, one, other } = two()
    expect(circuits.idle()).toBe(true)
    feed(one, 'failure')
    expect(circuits.idle()).toBe(false)
    one.close()
    expect(circuits.idle()).toBe(true)
    other.open()
    expect(circuits.idle()).toBe(false)
    one.close()
    expect(circuits.idle()).toBe(true)
  })
})
