import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { WaitingLine, type Waiter } from '../../../src/core/cells/waiting-line.js'

const waiter = (deadlineAt: number): Waiter<number> => ({ deadlineAt, admit: () => {} })

function drain(line: WaitingLine<number>): (Waiter<number> | undefined)[] {
  return Array.from({ length: line.size }, () => line.next())
}

it('a line is served in the order of deadlines, and among equals first come, first served, whoever leaves', () => {
  const deadlines = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Infinity))
  fc.assert(
    fc.property(fc.array(fc.tuple(deadlines, fc.boolean()), { maxLength: 40 }), (plan) => {
      const line = new WaitingLine<number>()
      const waiters = plan.map(([deadlineAt]) => waiter(deadlineAt))
      for (const each of waiters) line.add(each)
      const staying = waiters.filter((each, index) => {
        if (plan[index]?.[1]) line.remove(each)
        return !plan[index]?.[1]
      })
      expect(drain(line)).toEqual(staying.toSorted((a, b) => compare(a.deadlineAt, b.deadlineAt)))
      expect(line.next()).toBeUndefined()
    }),
  )
})

it('a newcomer learns how many would be served before it', () => {
  const line = new WaitingLine<number>()
  for (const deadlineAt of [10, 20, 20, Infinity]) line.add(waiter(deadlineAt))
  expect([5, 10, 20, 30, Infinity].map((deadlineAt) => line.before(deadlineAt))).toEqual([0, 1, 3, 3, 4])
})

it('who is not in it leaves it as it is', () => {
  const line = new WaitingLine<number>()
  line.add(waiter(1))
  line.remove(waiter(1))
  expect(line.size).toBe(1)
})

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}
