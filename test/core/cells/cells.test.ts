import { describe, expect, it, vi } from 'vitest'
import { Cells, type Cell } from '../../../src/core/cells/cells.js'

const cell = (idle: boolean): Cell => ({ idle: () => idle })

function fill(cells: Cells, count: number, idle: (n: number) => boolean): void {
  for (let n = 0; n < count; n++) cells.get(`key ${n}`, () => cell(idle(n)))
}

const keysOf = (cells: Cells): string[] => Array.from(cells.entries(''), ([key]) => key)

describe('cells', () => {
  it('make a cell once and give the same one ever after', () => {
    const cells = new Cells()
    const make = vi.fn(() => cell(true))
    const made = cells.get('a', make)
    expect(cells.get('a', make)).toBe(made)
    expect(make).toHaveBeenCalledOnce()
    expect(cells.get('b', make)).not.toBe(made)
    expect(cells.size).toBe(2)
  })

  it('list those whose key begins so', () => {
    const cells = new Cells()
    const a = cells.get('circuit a', () => cell(true))
    cells.get('budget a', () => cell(true))
    const b = cells.get('circuit b', () => cell(true))
    expect([...cells.entries('circuit ')]).toEqual([
      ['circuit a', a],
      ['circuit b', b],
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
    cells.get('new', () => cell(true))
    expect(cells.size).toBe(20)
    expect(keysOf(cells)).not.toContain('key 1')
    expect(keysOf(cells)).toContain('key 3')
    expect(keysOf(cells).slice(-2)).toEqual(['key 0', 'new'])
  })

  it('look at a hundred at most for each new one, and at others the next time', () => {
    const looks = new Map<number, number>()
    const cells = new Cells(2_000)
    const busy = (n: number): Cell => ({ idle: () => (looks.set(n, (looks.get(n) ?? 0) + 1), false) })
    for (let n = 0; n < 2_000; n++) cells.get(`key ${n}`, () => busy(n))
    cells.get('new', () => cell(true))
    expect(looks.size).toBe(100)
    cells.get('newer', () => cell(true))
    expect(looks.size).toBe(200)
    expect([...looks.values()].every((count) => count === 1)).toBe(true)
    expect(cells.size).toBe(2_002)
  })

  it('let at least one go, however low the limit', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => true)
    cells.get('new', () => cell(true))
    expect(keysOf(cells)).toEqual(['key 1', 'key 2', 'new'])
  })

  it('never let go of a cell in use', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => false)
    cells.get('new', () => cell(true))
    expect(cells.size).toBe(4)
  })

  it('do not look for idle ones to give a known one', () => {
    const cells = new Cells(3)
    fill(cells, 3, () => true)
    cells.get('key 0', () => cell(true))
    expect(cells.size).toBe(3)
  })

  it('are 10,000 at most if nobody says otherwise', () => {
    const cells = new Cells()
    fill(cells, 10_000, () => true)
    expect(cells.size).toBe(10_000)
    cells.get('new', () => cell(true))
    expect(cells.size).toBe(9_901)
  })
})
