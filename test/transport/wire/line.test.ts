import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Line, type Waiting } from '../../../src/transport/wire/line.js'

class One implements Waiting<One> {
  ahead: One | undefined
  behind: One | undefined
}

it('keeps the order of those who came and have not left', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat({ max: 20 })), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (taken) => {
      const line = new Line<One>()
      const expected: One[] = []
      for (const step of taken) {
        const leaving = step === 'add' ? undefined : expected[step]
        if (leaving) expected.splice(expected.indexOf(leaving), 1)
        else expected.push(new One())
        if (leaving) line.remove(leaving)
        else line.add(expected.at(-1) as One)
      }
      const stranger = new One()
      line.remove(stranger)
      const left: One[] = []
      for (let one = line.first; one; one = line.first) {
        line.remove(one)
        expect(one).toEqual(stranger)
        left.push(one)
      }
      expect(left.every((one, n) => one === expected[n])).toBe(true)
      expect(left).toHaveLength(expected.length)
    }),
  )
})
