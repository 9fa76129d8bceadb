import { beforeEach, describe, expect, it } from 'vitest'
import { LatencyWindow } from '../../../src/core/cells/latency-window.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'

let clock: FakeClock
let latencies: LatencyWindow

beforeEach(() => {
  clock = fakeClock()
  latencies = new LatencyWindow(clock)
})

function record(...durations: number[]): void {
  for (const ms of durations) latencies.record(ms)
}

const upTo = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1)

describe('the latencies of a function', () => {
  it('say nothing before there are twenty', () => {
    record(...upTo(19))
    expect(latencies.quantile(0.5)).toBeUndefined()
    record(20)
    expect(latencies.quantile(0.5)).toBe(10)
  })

  it('have the quantile that so many did not exceed', () => {
    record(...upTo(100).toReversed())
    expect([0.5, 0.9, 0.95, 0.99, 0.999].map((share) => latencies.quantile(share))).toEqual([
      50, 90, 95, 99, 100,
    ])
  })

  it('count numbers as numbers', () => {
    record(...upTo(10).map(() => 9), ...upTo(10).map(() => 100))
    expect(latencies.quantile(0.5)).toBe(9)
  })

  it('follow the function, a sixteenth of them at a time', () => {
    record(...upTo(160).map(() => 10))
    expect(latencies.quantile(0.95)).toBe(10)
    record(...upTo(10).map(() => 500))
    expect(latencies.quantile(0.95)).toBe(10)
    record(500)
    expect(latencies.quantile(0.95)).toBe(500)
  })

  it('follow it after ten seconds however few there are', async () => {
    record(...upTo(40).map(() => 10))
    expect(latencies.quantile(0.99)).toBe(10)
    record(500)
    await clock.advance('9s')
    expect(latencies.quantile(0.99)).toBe(10)
    await clock.advance('1s')
    expect(latencies.quantile(0.99)).toBe(500)
  })

  it('are the latest 1,024', () => {
    record(...upTo(1_024).map(() => 10), ...upTo(1_023).map(() => 20))
    expect(latencies.quantile(0.0005)).toBe(10)
    record(20, ...upTo(100).map(() => 20))
    expect(latencies.quantile(0.0005)).toBe(20)
  })

  it('are those of the last ten minutes', async () => {
    record(...upTo(30).map(() => 10))
    await clock.advance('10m')
    expect(latencies.quantile(0.5)).toBeUndefined()
    record(...upTo(20).map(() => 30))
    expect(latencies.quantile(0.01)).toBe(30)
  })

  it('may be forgotten a minute after the last', async () => {
    expect(latencies.idle()).toBe(true)
    record(...upTo(1_024))
    await clock.advance('59s')
    expect(latencies.idle()).toBe(false)
    await clock.advance('1s')
    expect(latencies.idle()).toBe(true)
  })
})
