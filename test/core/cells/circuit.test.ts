import { describe, expect, it, vi } from 'vitest'
import type { Circuit, Permit } from '../../../src/core/cells/circuit.js'
import {
  admitted,
  circuitWith,
  clock,
  emit,
  events,
  feed,
  openedCircuit,
  type Result,
} from './circuit-stage.js'

describe('a closed circuit', () => {
  it('lets everything through', () => {
    const circuit = circuitWith()
    expect(circuit.state).toBe('closed')
    expect(circuit.retryAfterMs).toBe(0)
    for (let n = 0; n < 1_000; n++) expect(admitted(circuit).probe).toBe(false)
  })

  it('opens when the rate is reached exactly', () => {
    const circuit = circuitWith()
    feed(circuit, 'success', 'success', 'failure')
    expect(circuit.state).toBe('closed')
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
    expect(events).toEqual([
      {
        type: 'breaker.state',
        state: 'open',
        previous: 'closed',
        why: 'too many failures',
        openForMs: 1_000,
      },
    ])
  })

  it('stays closed just below the rate', () => {
    const circuit = circuitWith()
    feed(circuit, 'success', 'success', 'success', 'failure', 'failure')
    expect(circuit.state).toBe('closed')
    expect(circuit.snapshot()).toMatchObject({ calls: 5, failures: 2 })
  })

  it('stays closed below the minimum of calls', () => {
    const circuit = circuitWith()
    feed(circuit, 'failure', 'failure', 'failure')
    expect(circuit.state).toBe('closed')
  })

  it('is opened by no success, not even by one that makes up the minimum', () => {
    const circuit = circuitWith()
    feed(circuit, 'failure', 'failure', 'failure', 'success')
    expect(circuit.state).toBe('closed')
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
  })

  it('opens after failures in a row, whatever the rate and the volume', () => {
    const circuit = circuitWith({ consecutiveFailures: 3, minimumCalls: 1_000 })
    feed(circuit, 'failure', 'failure', 'success', 'failure', 'failure')
    expect(circuit.state).toBe('closed')
    expect(circuit.snapshot().consecutiveFailures).toBe(2)
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
    expect(events).toMatchObject([{ why: '3 failures in a row' }])
  })

  it('counts failures in a row over any length of time', async () => {
    const circuit = circuitWith({ consecutiveFailures: 3 })
    feed(circuit, 'failure', 'failure')
    await clock.advance('1h')
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
  })

  it('neither counts what is ignored nor takes it for a success', () => {
    const circuit = circuitWith({ consecutiveFailures: 3 })
    feed(circuit, 'failure', 'failure', 'ignored', 'ignored')
    expect(circuit.snapshot()).toMatchObject({ calls: 2, failures: 2, consecutiveFailures: 2 })
    feed(circuit, 'failure')
    expect(circuit.state).toBe('open')
  })

  it('opens although its failing calls are slower than its window', async () => {
    const circuit = circuitWith({ windowMs: 1_000, minimumCalls: 20, consecutiveFailures: 1_000 })
    const permits: Permit[] = []
    for (let n = 0; n < 60; n++) {
      permits.push(admitted(circuit))
      await clock.advance(10)
    }
    await clock.advance(3_000 - 600)
    let settled = 0
    for (const permit of permits) {
      if (circuit.state !== 'closed') break
      circuit.settle(permit, 'failure', 3_000, emit)
      settled++
      await clock.advance(10)
    }
    expect(circuit.state).toBe('open')
    expect(settled).toBe(20)
  })
})

describe('slow calls', () => {
  const slowCalls = { durationMs: 500, rate: 0.5 }
  const answer = (circuit: Circuit, durationMs: number, result: Result = 'success'): void =>
    circuit.settle(admitted(circuit), result, durationMs, emit)

  it('open the circuit at their rate, from their duration on', () => {
    const circuit = circuitWith({ slowCalls })
    for (const durationMs of [1, 1, 500]) answer(circuit, durationMs)
    expect(circuit.state).toBe('closed')
    answer(circuit, 500)
    expect(circuit.state).toBe('open')
    expect(events).toMatchObject([{ why: 'too many slow calls' }])
    expect(circuit.snapshot().failures).toBe(0)
  })

  it('open it themselves, and no fast one does that makes up the minimum', () => {
    const circuit = circuitWith({ slowCalls })
    for (const durationMs of [500, 500, 500, 1]) answer(circuit, durationMs)
    expect(circuit.state).toBe('closed')
    answer(circuit, 500)
    expect(circuit.state).toBe('open')
  })

  it('are not slow just below it', () => {
    const circuit = circuitWith({ slowCalls })
    for (const durationMs of [499, 499, 499, 499]) answer(circuit, durationMs)
    expect(circuit.state).toBe('closed')
  })

  it('count when they fail, too, and not when they are ignored', () => {
    const circuit = circuitWith({ slowCalls: { durationMs: 500, rate: 0.75 }, failureRate: 1 })
    answer(circuit, 1)
    answer(circuit, 500, 'failure')
    answer(circuit, 500, 'ignored')
    answer(circuit, 500)
    expect(circuit.state).toBe('closed')
    answer(circuit, 500)
    expect(circuit.state).toBe('open')
  })

  it('mean nothing unless they are asked for', () => {
    const circuit = circuitWith()
    for (let n = 0; n < 10; n++) answer(circuit, 1e9)
    expect(circuit.state).toBe('closed')
  })

  it('are forgotten when the circuit closes', async () => {
    const circuit = circuitWith({ slowCalls, probes: 1 })
    for (let n = 0; n < 4; n++) answer(circuit, 500)
    await clock.advance(1_000)
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
    answer(circuit, 500)
    answer(circuit, 500)
    answer(circuit, 500)
    expect(circuit.state).toBe('closed')
    answer(circuit, 500)
    expect(circuit.state).toBe('open')
  })
})

describe('circuits that nobody needs', () => {
  it('may be forgotten while closed without a failure in the window', async () => {
    const circuit = circuitWith()
    feed(circuit, 'success')
    expect(circuit.idle()).toBe(true)
    feed(circuit, 'failure')
    expect(circuit.idle()).toBe(false)
    await clock.advance('10s')
    expect(circuit.idle()).toBe(true)
    expect(openedCircuit().idle()).toBe(false)
  })

  it('is idle again when it has been open for so long that nobody calls', async () => {
    const circuit = openedCircuit()
    // Open for a second, and forgotten a minute later.
    await clock.advance(61_000)
    expect(circuit.idle()).toBe(false)
    await clock.advance(1)
    expect(circuit.idle()).toBe(true)
  })

  it('cost no timer and no handle: 10,000 of them', () => {
    const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')]
    const handles = process.getActiveResourcesInfo().length
    const circuits = Array.from({ length: 10_000 }, () =>
      circuitWith({ slowCalls: { durationMs: 1, rate: 1 } }),
    )
    for (const circuit of circuits.slice(0, 100)) feed(circuit, 'failure', 'failure', 'failure', 'failure')
    for (const timer of timers) expect(timer).not.toHaveBeenCalled()
    expect(process.getActiveResourcesInfo()).toHaveLength(handles)
    expect(clock.pending).toBe(0)
  })
})
