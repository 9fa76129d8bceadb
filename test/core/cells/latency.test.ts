import { describe, expect, it } from 'vitest'
import { LatencyCell } from '../../../src/core/cells/latency.js'

describe('the latency of a function', () => {
  it('is unknown before five answers', () => {
    const latency = new LatencyCell()
    for (let n = 0; n < 4; n++) latency.record(100)
    expect(latency.leastMs).toBe(0)
    latency.record(90)
    expect(latency.leastMs).toBe(90)
  })

  it('is the shortest of the latest 16', () => {
    const latency = new LatencyCell()
    latency.record(10)
    for (let n = 0; n < 15; n++) latency.record(100 + n)
    expect(latency.leastMs).toBe(10)
    latency.record(500)
    expect(latency.leastMs).toBe(100)
    latency.record(500)
    expect(latency.leastMs).toBe(101)
  })

  it('may always be forgotten', () => {
    expect(new LatencyCell().idle()).toBe(true)
  })
})
