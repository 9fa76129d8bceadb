import { describe, expect, it } from 'vitest'
import { admitted, circuitWith, clock, emit, events, feed, openedCircuit } from './circuit-stage.js'

describe('an open circuit', () => {
  it('refuses until its time is over, and says when to ask again', async () => {
    const circuit = openedCircuit()
    expect(circuit.retryAfterMs).toBe(1_000)
    expect(circuit.admit(emit)).toBeUndefined()
    await clock.advance(999)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.retryAfterMs).toBe(1)
    expect(events).toEqual([])
    await clock.advance(1)
    expect(circuit.retryAfterMs).toBe(0)
    expect(admitted(circuit).probe).toBe(true)
    expect(events).toEqual([
      { type: 'breaker.state', state: 'half-open', previous: 'open', why: 'its time open is over' },
    ])
    expect(circuit.retryAfterMs).toBe(1_000)
  })

  it('asks to wait for whole milliseconds, and never for too few', () => {
    clock.random = () => 1 / 3
    expect(openedCircuit().retryAfterMs).toBe(934)
  })

  it('never asks to wait for less than nothing', async () => {
    const circuit = openedCircuit()
    await clock.advance(5_000)
    expect(circuit.retryAfterMs).toBe(0)
  })

  it('is not closed by the success of a call that began before it opened', () => {
    const circuit = circuitWith()
    const early = admitted(circuit)
    feed(circuit, 'failure', 'failure', 'failure', 'failure')
    circuit.settle(early, 'success', 1, emit)
    expect(circuit.state).toBe('open')
    expect(circuit.snapshot()).toMatchObject({ calls: 4, failures: 4, consecutiveFailures: 4 })
  })

  it('does not take a call from before for a probe, once it is half-open', async () => {
    const circuit = circuitWith({ probes: 1 })
    const [early, bad] = [admitted(circuit), admitted(circuit)]
    feed(circuit, 'failure', 'failure', 'failure', 'failure')
    await clock.advance(1_000)
    admitted(circuit)
    circuit.settle(early, 'success', 1, emit)
    expect(circuit.state).toBe('half-open')
    circuit.settle(bad, 'failure', 1, emit)
    expect(circuit.state).toBe('half-open')
  })

  it('does not count failures of calls from before, once it is closed again', async () => {
    const circuit = circuitWith({ consecutiveFailures: 1, probes: 1 })
    const early = admitted(circuit)
    feed(circuit, 'failure')
    await clock.advance(1_000)
    feed(circuit, 'success')
    circuit.settle(early, 'failure', 1, emit)
    expect(circuit.state).toBe('closed')
  })

  it('stays open longer each time a probe fails, up to its longest', async () => {
    const circuit = openedCircuit({ maxOpenForMs: 3_500 })
    for (const openForMs of [2_000, 3_500, 3_500]) {
      await clock.advance(circuit.retryAfterMs ?? NaN)
      feed(circuit, 'failure')
      expect(circuit.retryAfterMs).toBe(openForMs)
      expect(events.at(-1)).toEqual({
        type: 'breaker.state',
        state: 'open',
        previous: 'half-open',
        why: 'a probe failed',
        openForMs,
      })
    }
    expect(circuit.snapshot().openings).toBe(4)
  })

  it('starts with its first time again after it has closed', async () => {
    const circuit = openedCircuit({ probes: 1 })
    await clock.advance(1_000)
    feed(circuit, 'failure')
    await clock.advance(2_000)
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
    expect(circuit.snapshot().openings).toBe(0)
    feed(circuit, 'failure', 'failure', 'failure', 'failure')
    expect(circuit.retryAfterMs).toBe(1_000)
  })

  it('is spread by chance over the last fifth of its time, and never over its longest', () => {
    clock.random = () => 0.5
    expect(openedCircuit().retryAfterMs).toBe(900)
    clock.random = () => 1
    expect(openedCircuit().retryAfterMs).toBe(800)
    expect(openedCircuit({ openForMs: 9_000 }).retryAfterMs).toBe(3_200)
    clock.random = () => 0
    expect(openedCircuit({ openForMs: 9_000 }).retryAfterMs).toBe(4_000)
  })
})

describe('a circuit moved by hand', () => {
  it('stays open until it is closed by hand', async () => {
    const circuit = circuitWith()
    circuit.open(emit)
    expect(circuit.state).toBe('open')
    expect(events).toStrictEqual([
      { type: 'breaker.state', state: 'open', previous: 'closed', why: 'opened by hand' },
    ])
    expect(circuit.retryAfterMs).toBeUndefined()
    expect(circuit.snapshot()).toMatchObject({ state: 'open', openings: 0, retryAfterMs: undefined })
    await clock.advance('24h')
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.retryAfterMs).toBeUndefined()
    circuit.close(emit)
    expect(circuit.admit(emit)?.probe).toBe(false)
    expect(events.at(-1)).toEqual({
      type: 'breaker.state',
      state: 'closed',
      previous: 'open',
      why: 'closed by hand',
    })
  })

  it('has nothing to wait for once it is closed, however long it would have stayed open', () => {
    const circuit = openedCircuit()
    circuit.close()
    expect(circuit.retryAfterMs).toBe(0)
  })

  it('opens by itself as before after it was closed', () => {
    const circuit = circuitWith()
    circuit.open()
    circuit.close()
    feed(circuit, 'failure', 'failure', 'failure')
    expect(circuit.state).toBe('closed')
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
    expect(circuit.retryAfterMs).toBe(1_000)
  })

  it('can be held open when it is open already, and says nothing new', async () => {
    const circuit = openedCircuit()
    circuit.open(emit)
    expect(events).toEqual([])
    expect(circuit.snapshot().openings).toBe(1)
    await clock.advance('1h')
    expect(circuit.admit(emit)).toBeUndefined()
  })

  it('can be held open out of half-open, whatever its probes say', async () => {
    const circuit = openedCircuit({ probes: 1 })
    await clock.advance(1_000)
    const probe = admitted(circuit)
    circuit.open(emit)
    expect(events.at(-1)).toMatchObject({ state: 'open', previous: 'half-open', why: 'opened by hand' })
    circuit.settle(probe, 'success', 1, emit)
    expect(circuit.state).toBe('open')
    expect(circuit.admit(emit)).toBeUndefined()
    expect(events.at(-1)).toMatchObject({ why: 'opened by hand' })
    circuit.close(emit)
    expect(events.at(-1)).toMatchObject({ state: 'closed', previous: 'open', why: 'closed by hand' })
  })

  it('keeps its period, openings and window while it is held open', () => {
    const circuit = circuitWith()
    feed(circuit, 'failure', 'success')
    const early = admitted(circuit)
    const { calls, failures, consecutiveFailures, openings } = circuit.snapshot()
    circuit.open(emit)
    expect(circuit.snapshot()).toMatchObject({ calls, failures, consecutiveFailures, openings })
    circuit.settle(early, 'failure', 0, emit)
    expect(circuit.snapshot()).toMatchObject({ calls: 3, failures: 2, consecutiveFailures: 1, openings: 0 })
  })

  it('forgets its window and its failures in a row when it is closed while closed', () => {
    const circuit = circuitWith({ consecutiveFailures: 3 })
    feed(circuit, 'failure', 'failure')
    circuit.close(emit)
    expect(circuit.snapshot()).toMatchObject({ calls: 0, failures: 0, consecutiveFailures: 0 })
    expect(events).toEqual([])
    feed(circuit, 'failure', 'failure')
    expect(circuit.state).toBe('closed')
  })

  it('works while nobody listens', async () => {
    const circuit = circuitWith({ probes: 1 })
    for (let n = 0; n < 4; n++) circuit.settle(admitted(circuit), 'failure', 1)
    expect(circuit.state).toBe('open')
    await clock.advance(1_000)
    const probe = circuit.admit()
    if (probe) circuit.settle(probe, 'success', 1)
    expect(circuit.state).toBe('closed')
  })
})
