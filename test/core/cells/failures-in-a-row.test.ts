import { beforeEach, describe, expect, it } from 'vitest'
import { FailuresInARow } from '../../../src/core/cells/failures-in-a-row.js'

let failures: FailuresInARow
beforeEach(() => {
  failures = new FailuresInARow()
})

describe('failures in a row', () => {
  it('are counted where each began after the last, however quick they are', () => {
    for (let n = 0; n < 5; n++) failures.failed(1_000, 1_000)
    expect(failures.count).toBe(5)
    failures.failed(1_000, 1_001)
    failures.failed(1_001, 1_001)
    expect(failures.count).toBe(7)
  })

  it('are one where they were in flight together', () => {
    for (let n = 0; n < 100; n++) failures.failed(900, 1_000 + n)
    expect(failures.count).toBe(1)
    // Began after the first had failed, and before the others did.
    failures.failed(1_000, 1_100)
    expect(failures.count).toBe(2)
  })

  it('are told apart by the last that was counted, not by the last that came', () => {
    failures.failed(0, 1_000)
    failures.failed(0, 1_200)
    failures.failed(0, 1_249)
    expect(failures.count).toBe(1)
    failures.failed(0, 1_250)
    expect(failures.count).toBe(2)
    failures.failed(0, 1_499)
    expect(failures.count).toBe(2)
  })

  it('begin anew after a success, or where they were left', () => {
    failures.failed(0, 10)
    failures.reset()
    expect(failures.count).toBe(0)
    failures.failed(20, 30)
    expect(failures.count).toBe(1)
    failures = new FailuresInARow(6)
    failures.failed(40, 50)
    expect(failures.count).toBe(7)
  })

  it('stay forgotten where one that was in flight with the last comes in after a success', () => {
    failures.failed(0, 100)
    failures.reset()
    failures.failed(0, 110)
    expect(failures.count).toBe(0)
  })
})
