import { describe, expect, it, vi } from 'vitest'
import { Cells, MOST_CELLS, type Cell } from '../../../src/core/cells/cells.js'
import { Circuit } from '../../../src/core/cells/circuit.js'
import { Circuits } from '../../../src/core/cells/circuits.js'
import { LatencyCell } from '../../../src/core/cells/latency.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'
import { another, circuit, feed, seedOf, settings, through } from './seeds-stage.js'

describe('a circuit that is restored', () => {
  it('refuses for the time that remains, and is probed then', async () => {
    const before = fakeClock()
    const failing = circuit(before)
    for (let n = 0; n < 4; n++) feed(failing, true)
    await before.advance(400)
    const saved = through(failing.save())

    const after = await another()
    const restored = circuit(after)
    restored.restore(seedOf(saved, after, 100))
    expect(restored.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 500, openings: 1 })
    await after.advance(499)
    expect(restored.admit()).toBeUndefined()
    await after.advance(1)
    expect(restored.admit()).toMatchObject({ probe: true })
    expect(restored.state).toBe('half-open')
  })

  it('opens for longer the next time, as it would have', async () => {
    const before = fakeClock()
    const failing = circuit(before)
    for (let n = 0; n < 4; n++) feed(failing, true)
    const after = await another()
    const restored = circuit(after)
    restored.restore(seedOf(through(failing.save()), after, 1_000))
    feed(restored, true)
    expect(restored.retryAfterMs).toBe(2_000)
  })

  it('is open with no time left when its probes were under way', async () => {
    const before = fakeClock()
    const failing = circuit(before)
    for (let n = 0; n < 4; n++) feed(failing, true)
    await before.advance(1_000)
    failing.admit()
    expect(failing.state).toBe('half-open')
    const after = await another()
    const restored = circuit(after)
    restored.restore(seedOf(through(failing.save()), after))
    expect(restored.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 0 })
    expect(restored.admit()).toMatchObject({ probe: true })
  })

  it('counts on in its window, from which the old drops out in time', async () => {
    const before = fakeClock()
    const failing = circuit(before)
    feed(failing, false)
    feed(failing, true)
    await before.advance(5_000)
    feed(failing, true)
    const saved = through(failing.save())

    const after = await another()
    const [fresh, aged, old] = [circuit(after), circuit(after), circuit(after)]
    fresh.restore(seedOf(saved, after))
    aged.restore(seedOf(saved, after, 5_000))
    old.restore(seedOf(saved, after, 10_000))
    expect(fresh.snapshot()).toMatchObject({ state: 'closed', calls: 3, failures: 2, consecutiveFailures: 2 })
    expect(aged.snapshot()).toMatchObject({ calls: 1, failures: 1 })
    expect(old.snapshot()).toMatchObject({ calls: 0, failures: 0 })
    feed(fresh, true)
    expect(fresh.state).toBe('open')
  })

  it('opens nothing by being filled, whatever is in the window', async () => {
    const after = await another()
    const restored = circuit(after)
    restored.restore(seedOf({ window: { tenths: [[100, 100]], turnedMs: 0 } }, after))
    expect(restored.snapshot()).toMatchObject({ state: 'closed', calls: 100, failures: 100 })
    expect(restored.admit()).toMatchObject({ probe: false })
  })

  it('sets no timer', async () => {
    const after = await another()
    circuit(after).restore(seedOf({ openForMs: 900, window: { tenths: [[4, 4]], turnedMs: 3 } }, after))
    expect(after.pending).toBe(0)
  })

  it('keeps nothing when it is as good as new', () => {
    const clock = fakeClock()
    const healthy = circuit(clock)
    feed(healthy, false)
    expect(healthy.save()).toBeUndefined()
  })
})

describe('the circuits of a function that are restored', () => {
  const make = (circuits: Circuits, clock: FakeClock, key = 'a'): Circuit =>
    circuits.of(key, (hold) => new Circuit('quote', settings, clock, hold))

  it('are held open by hand as they were', async () => {
    const clock = fakeClock()
    const circuits = new Circuits()
    make(circuits, clock).open()
    const restored = new Circuits()
    restored.restore(seedOf(through(circuits.save()), await another()))
    const late = make(restored, clock, 'b')
    expect(late.state).toBe('open')
    expect(late.retryAfterMs).toBeUndefined()
    late.close()
    expect(late.state).toBe('closed')
  })

  it('are each for its own settings, and grow older until they are asked for', async () => {
    const clock = fakeClock()
    clock.random = () => 0
    const circuits = new Circuits()
    for (let n = 0; n < 4; n++) feed(make(circuits, clock), true)
    const after = await another()
    const restored = new Circuits()
    restored.restore(seedOf(through(circuits.save()), after))
    expect(make(restored, after, 'b').state).toBe('closed')
    expect(restored.idle()).toBe(false)
    await after.advance(300)
    expect(make(restored, after).snapshot()).toMatchObject({ state: 'open', retryAfterMs: 700 })
  })

  it('are passed on with their age while nobody has asked for them, and not for ever', async () => {
    const clock = fakeClock()
    clock.random = () => 0
    const circuits = new Circuits()
    for (let n = 0; n < 4; n++) feed(make(circuits, clock), true)
    const after = await another()
    const restored = new Circuits()
    restored.restore(seedOf(through(circuits.save()), after))
    await after.advance(250)
    const again = new Circuits()
    const passedOn = through(restored.save())
    again.restore(seedOf(passedOn, after, 50))
    expect(make(again, after).retryAfterMs).toBe(700)
    const late = new Circuits()
    late.restore(seedOf(passedOn, after, 59_751))
    expect(late.idle()).toBe(true)
  })

  it('are a hundred at most', () => {
    const clock = fakeClock()
    const circuits = Array.from({ length: 101 }, (_, n) => ({
      key: `${n}`,
      ageMs: 0,
      saved: { openForMs: 500 },
    }))
    const restored = new Circuits()
    restored.restore(seedOf({ held: false, circuits }, clock))
    expect(make(restored, clock, '99').state).toBe('open')
    expect(make(restored, clock, '100').state).toBe('closed')
  })
})

describe('latencies that are restored', () => {
  it.each([3, 16, 21])('are the latest, in their order, of %i', (answers) => {
    const clock = fakeClock()
    const before = new LatencyCell()
    for (let n = 1; n <= answers; n++) before.record(n * 10)
    const restored = new LatencyCell()
    restored.restore(seedOf(through(before.save()), clock))
    expect(restored.save()).toEqual(before.save())
    expect(restored.leastMs).toBe(before.leastMs)
    for (const cell of [before, restored]) for (let n = 0; n < 3; n++) cell.record(1_000)
    expect(restored.leastMs).toBe(before.leastMs)
  })

  it('are no longer than a function can run, and sixteen at most', () => {
    const restored = new LatencyCell()
    const latestMs = [...Array.from({ length: 16 }, () => 1e12), 1]
    restored.restore(seedOf({ latestMs }, fakeClock()))
    expect(restored.leastMs).toBe(900_000)
  })

  it('are nothing to keep while there are none', () => {
    expect(new LatencyCell().save()).toBeUndefined()
  })
})

describe('cells', () => {
  const saving = (saved: unknown): Cell => ({ idle: () => true, save: () => saved })

  it('save what is worth keeping, of those that can be saved', () => {
    const cells = new Cells()
    cells.get('latency', 'a', () => saving({ n: 1 }))
    cells.get('latency', 'b', () => saving(undefined))
    cells.get('latency', 'c', () => ({ idle: () => true }))
    expect(cells.save()).toEqual([{ key: 'latency a', ageMs: 0, saved: { n: 1 } }])
  })

  it('hand what was saved to the cell of the same key, once', () => {
    const cells = new Cells(1)
    const clock = fakeClock()
    const taken: unknown[] = []
    const make = (): Cell => ({ idle: () => true, restore: ({ saved }) => void taken.push(saved) })
    expect(cells.plant('latency a', seedOf(1, clock))).toBe(true)
    cells.get('latency', 'b', make)
    expect(taken).toEqual([])
    cells.get('latency', 'a', make)
    cells.get('latency', 'b', make)
    cells.get('latency', 'a', make)
    expect(taken).toEqual([1])
  })

  it('hand what was saved to an owner whose name has spaces', () => {
    const cells = new Cells()
    const name = 'quote:/a tenant of two words'
    cells.get('latency', name, () => saving({ n: 1 }))
    const [{ key } = { key: '' }] = cells.save()
    expect(cells.plant(key, seedOf(1, fakeClock()))).toBe(false)
    const restore = vi.fn()
    const others = new Cells()
    expect(others.plant(key, seedOf(1, fakeClock()))).toBe(true)
    others.get('latency', name, () => ({ idle: () => true, restore }))
    expect(restore).toHaveBeenCalledOnce()
  })

  it('keep their own where there is one', () => {
    const cells = new Cells()
    const clock = fakeClock()
    cells.get('latency', 'a', () => saving({ n: 1 }))
    expect(cells.plant('latency a', seedOf({ n: 2 }, clock))).toBe(false)
    expect(cells.plant('budget a', seedOf({ n: 5 }, clock))).toBe(true)
    expect(cells.plant('latency b', seedOf({ n: 3 }, clock))).toBe(true)
    expect(cells.plant('latency b', seedOf({ n: 4 }, clock))).toBe(false)
    expect(cells.save().map(({ saved }) => saved)).toEqual([{ n: 1 }, { n: 5 }, { n: 3 }])
  })

  it('pass on what nobody has asked for, older by the time that it waited', async () => {
    const cells = new Cells()
    const clock = fakeClock()
    cells.plant('latency a', seedOf({ n: 1 }, clock, 100))
    await clock.advance(50)
    expect(cells.save()).toEqual([{ key: 'latency a', ageMs: 150, saved: { n: 1 } }])
  })

  it('save 10,000 at most, those in use first', () => {
    const cells = new Cells()
    const clock = fakeClock()
    for (let n = 0; n < MOST_CELLS; n++) cells.plant(`seed ${n}`, seedOf(n, clock))
    cells.get('latency', 'a', () => saving(1))
    expect(cells.save()).toHaveLength(10_000)
    expect(cells.save()[0]).toMatchObject({ key: 'latency a' })
  })
})
