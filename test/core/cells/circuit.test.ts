import { beforeEach, describe, expect, it, vi } from 'vitest'
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

type Result = 'success' | 'failure' | 'ignored'

let clock: FakeClock
let events: CallEventBody[]
const emit = (event: CallEventBody): void => void events.push(event)

beforeEach(() => {
  clock = fakeClock()
  clock.random = () => 0
  events = []
})

function circuitWith(change: Partial<CircuitSettings> = {}): Circuit {
  return new Circuit('quote', Object.freeze({ ...settings, ...change }), clock)
}

function admitted(circuit: Circuit): Permit {
  const permit = circuit.admit(emit)
  if (!permit) throw new Error(`refused: ${circuit.state}`)
  return permit
}

/** One call after another, each with its result. */
function feed(circuit: Circuit, ...results: readonly Result[]): void {
  for (const result of results) circuit.settle(admitted(circuit), result, 1, emit)
}

function openedCircuit(change: Partial<CircuitSettings> = {}): Circuit {
  const circuit = circuitWith(change)
  feed(circuit, 'failure', 'failure', 'failure', 'failure')
  expect(circuit.state).toBe('open')
  events.length = 0
  return circuit
}

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
      await clock.advance(circuit.retryAfterMs)
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

  it('lets no more probes through than it still needs', async () => {
    const circuit = await halfOpen()
    feed(circuit, 'success')
    admitted(circuit)
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
    await clock.advance(4_000)
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
    circuit.settle(hanging, 'success', 4_001, emit)
    expect(circuit.state).toBe('open')
    await clock.advance(2_000)
    feed(circuit, 'success')
    expect(circuit.state).toBe('closed')
  })

  it('finds the probe that hangs although others come and go', async () => {
    const circuit = await halfOpen({ probes: 2 })
    admitted(circuit)
    await clock.advance(3_000)
    feed(circuit, 'ignored')
    await clock.advance(1_001)
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.state).toBe('open')
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
    expect(circuit.retryAfterMs).toBe(4_000)
    expect(circuit.snapshot()).toMatchObject({ openings: 1, retryAfterMs: 4_000 })
    await clock.advance('24h')
    expect(circuit.admit(emit)).toBeUndefined()
    expect(circuit.idle()).toBe(false)
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
    expect(circuit.snapshot().openings).toBe(2)
    circuit.settle(probe, 'success', 1, emit)
    expect(circuit.state).toBe('open')
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
