import { describe, expect, it, vi } from 'vitest'
import { Cells, type Cell } from '../../../src/core/cells/cells.js'

const cell = (idle: boolean): Cell => ({ idle: () => idle })

function fill(cells: Cells, count: number, idle: (n: number) => boolean): void {
  for (let n = 0; n < count; n++) cells.get('limit', `f${n}`, () => cell(idle(n)))
}

const keysOf = (cells: Cells): string[] => Array.from(cells.entries(''), ([key]) => key)

describe('cells', () => {
  it('make a cell once and give the same one ever after', () => {
    const cells = new Cells()
    const make = vi.fn(() => cell(true))
    const made = cells.get('limit', 'a', make)
    expect(cells.get('limit', 'a', make)).toBe(made)
    expect(make).toHaveBeenCalledOnce()
    expect(cells.get('limit', 'b', make)).not.toBe(made)
    expect(cells.get('budget', 'a', make)).not.toBe(made)
    expect(cells.size).toBe(3)
  })

  it('list those whose kind begins so', () => {
    const cells = new Cells()
    const a = cells.get('limit:1', 'a', () => cell(true))
    cells.get('budget', 'a', () => cell(true))
    const b = cells.get('limit:2', 'b c', () => cell(true))
    expect([...cells.entries('limit')]).toEqual([
      ['limit:1 a', a],
      ['limit:2 b c', b],
    ])
  })

  it('keep all of them up to the limit', () => {
    const cells = new Cells(20)
    fill(cells, 20, () => true)
    expect(cells.size).toBe(20)
  })

  it('let the idle among the oldest tenth go when one more is needed', () => {
    const cells = new Cells(20)
    fill(cells, 20, (n) => n % 2 === 1)
    cells.get('limit', 'new', () => cell(true))
    expect(cells.size).toBe(20)
    expect(keysOf(cells)).not.toContain('limit f1')
    expect(keysOf(cells)).toContain('limit f3')
    expect(keysOf(cells).slice(-2)).toEqual(['limit f0', 'limit new'])
  })

  it('look at a hundred at most for each new one, and at others the next time', () => {
    const looks = new Map<number, number>()
    const cells = new Cells(2_000)
    const busy = (n: number): Cell => ({ idle: () => (looks.set(n, (looks.get(n) ?? 0) + 1), false) })
    for (let n = 0; n < 2_000; n++) cells.get('limit', `f${n}`, () => busy(n))
    cells.get('limit', 'new', () => cell(true))
    expect(looks.size).toBe(100)
    cells.get('limit', 'newer', () => cell(true))
    expect(looks.size).toBe(200)
    expect([...looks.values()].every((count) => count === 1)).toBe(true)
    expect(cells.size).toBe(2_002)
  })

  it('let at least one go, however low the limit', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => true)
    cells.get('limit', 'new', () => cell(true))
    expect(keysOf(cells)).toEqual(['limit f1', 'limit f2', 'limit new'])
  })

  it('never let go of a cell in use', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => false)
    cells.get('limit', 'new', () => cell(true))
    expect(cells.size).toBe(4)
  })

  it('let go of the idle ones of an owner, and keep those in use', () => {
    const cells = new Cells(4)
    const inUse = cells.get('places', 'a', () => cell(false))
    cells.get('latency', 'a', () => cell(true))
    cells.get('budget', 'a', () => cell(true))
    cells.get('latency', 'b', () => cell(true))
    cells.get('latency', 'c', () => cell(true))
    expect(keysOf(cells)).toEqual(['latency b', 'places a', 'latency c'])
    expect([cells.size, cells.dropped]).toEqual([3, 2])
    expect(cells.get('places', 'a', () => cell(true))).toBe(inUse)
  })

  it('do not look for idle ones to give a known one', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => true)
    cells.get('limit', 'f0', () => cell(true))
    expect(cells.size).toBe(3)
  })

  it('are 10,000 at most if nobody says otherwise', () => {
    const cells = new Cells()
    fill(cells, 10_000, () => true)
    expect(cells.size).toBe(10_000)
    cells.get('limit', 'new', () => cell(true))
    expect(cells.size).toBe(9_901)
  })
})
