import CircuitBreaker from 'opossum'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RollingBreaker, type TripSettings } from '../../../src/core/cells/rolling-breaker.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'

const settings: TripSettings = Object.freeze({ rate: 0.5, minimumCalls: 4, windowMs: 1_000 })

function make(clock: FakeClock = fakeClock(), change: Partial<TripSettings> = {}): RollingBreaker {
  return new RollingBreaker(Object.freeze({ ...settings, ...change }), clock)
}

function record(breaker: RollingBreaker, ...results: readonly ('ok' | 'failed')[]): boolean[] {
  return results.map((result) => {
    breaker.record(result === 'failed')
    return breaker.closed
  })
}

describe('a rolling breaker', () => {
  it('is closed and has counted nothing at first', () => {
    expect(make().closed).toBe(true)
    expect(make().counts).toEqual({ calls: 0, failures: 0 })
  })

  it('counts on the spot', () => {
    const breaker = make()
    record(breaker, 'ok', 'failed')
    expect(breaker.counts).toEqual({ calls: 2, failures: 1 })
  })

  it('keeps no latency of any call, which opossum would for the whole window', () => {
    const fire = vi.spyOn(CircuitBreaker.prototype, 'fire')
    onTestFinished(() => fire.mockRestore())
    const breaker = make(fakeClock(), { minimumCalls: 100 })
    for (let calls = 0; calls < 20; calls++) record(breaker, 'ok', 'failed')
    const [opossum] = fire.mock.contexts as CircuitBreaker[]
    expect(opossum?.stats.failures).toBe(20)
    expect(opossum?.status.window.flatMap(({ latencyTimes }) => latencyTimes)).toEqual([])
  })

  it('opens on the spot at its rate, not below', () => {
    expect(record(make(), 'ok', 'ok', 'failed', 'failed')).toEqual([true, true, true, false])
    expect(record(make(), 'ok', 'ok', 'ok', 'failed', 'failed')).toEqual([true, true, true, true, true])
  })

  it('says nothing before its minimum of calls', () => {
    expect(record(make(), 'failed', 'failed', 'failed')).toEqual([true, true, true])
    expect(record(make(), 'failed', 'failed', 'failed', 'failed')).toEqual([true, true, true, false])
  })

  it('opens at a rate of 1 when all fail, and at no success', () => {
    expect(record(make(fakeClock(), { rate: 1 }), 'failed', 'failed', 'failed', 'failed').at(-1)).toBe(false)
    expect(record(make(fakeClock(), { rate: 1 }), 'ok', 'failed', 'failed', 'failed').at(-1)).toBe(true)
  })

  it('opens at a third although a third is no decimal', () => {
    expect(record(make(fakeClock(), { rate: 1 / 3, minimumCalls: 3 }), 'ok', 'ok', 'failed').at(-1)).toBe(
      false,
    )
  })

  it('takes a reading of the clock that is older than its last turn', async () => {
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed')
    const now = clock.now()
    await clock.advance(100)
    expect(breaker.counts.calls).toBe(1)
    breaker.record(false, now)
    await clock.advance(899)
    expect(breaker.counts).toEqual({ calls: 2, failures: 1 })
  })

  it('forgets what left its window, a tenth at a time', async () => {
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed')
    await clock.advance(500)
    record(breaker, 'failed')
    await clock.advance(499)
    expect(breaker.counts).toEqual({ calls: 2, failures: 2 })
    await clock.advance(1)
    expect(breaker.counts).toEqual({ calls: 1, failures: 1 })
    await clock.advance(499)
    expect(breaker.counts.calls).toBe(1)
    await clock.advance(1)
    expect(breaker.counts).toEqual({ calls: 0, failures: 0 })
  })

  it('turns by whole tenths, however often it is asked', async () => {
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed')
    for (let n = 0; n < 19; n++) {
      await clock.advance(50)
      expect(breaker.counts.calls).toBe(1)
    }
    await clock.advance(50)
    expect(breaker.counts.calls).toBe(0)
  })

  it('does not count what is out of the window when it decides', async () => {
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed', 'failed', 'failed')
    await clock.advance(1_000)
    expect(record(breaker, 'failed')).toEqual([true])
    expect(breaker.counts).toEqual({ calls: 1, failures: 1 })
  })

  it('is empty after a pause of any length', async () => {
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed')
    await clock.advance('1h')
    expect(breaker.counts.calls).toBe(0)
    record(breaker, 'ok')
    await clock.advance(99)
    expect(breaker.counts.calls).toBe(1)
  })

  it('opens and closes when told to, and closes with an empty window', () => {
    const breaker = make()
    record(breaker, 'failed', 'failed', 'failed')
    breaker.open()
    expect(breaker.closed).toBe(false)
    breaker.close()
    expect(breaker.closed).toBe(true)
    expect(breaker.counts).toEqual({ calls: 0, failures: 0 })
    expect(record(breaker, 'failed')).toEqual([true])
  })

  it('empties its window when it is closed while it is closed', () => {
    const breaker = make()
    record(breaker, 'failed', 'failed', 'failed')
    breaker.close()
    expect(breaker.counts.calls).toBe(0)
  })

  it('never half-opens by itself, sets no timer and sorts no latencies', async () => {
    const costs = [
      vi.spyOn(globalThis, 'setTimeout'),
      vi.spyOn(globalThis, 'setInterval'),
      vi.spyOn(Array.prototype, 'sort'),
    ]
    const clock = fakeClock()
    const breaker = make(clock)
    record(breaker, 'failed', 'failed', 'failed', 'failed')
    breaker.close()
    breaker.open()
    await clock.advance('24h')
    expect(breaker.closed).toBe(false)
    for (const cost of costs) expect(cost).not.toHaveBeenCalled()
    expect(clock.pending).toBe(0)
  })
})
