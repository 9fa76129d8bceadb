import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'

describe('the machine’s clock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000 }))
  afterEach(function asItWas() {
    // First, since a spy on a fake timer puts the fake one back.
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  it('runs a timer once, after its time', () => {
    const run = vi.fn()
    systemClock.setTimer(100, run)
    vi.advanceTimersByTime(99)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(run).toHaveBeenCalledOnce()
  })

  it('takes a timer back', () => {
    const run = vi.fn()
    systemClock.setTimer(100, run).cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(100)
    expect(run).not.toHaveBeenCalled()
  })

  it('does not take a month for a millisecond, as Node does', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemClock.setTimer(Infinity, vi.fn()).cancel()
    systemClock.setTimer(2 ** 31 - 2, vi.fn()).cancel()
    expect(setTimeout.mock.calls.map(([, ms]) => ms)).toEqual([2_147_483_647, 2_147_483_646])
  })

  it('waits for all of a time that is longer than Node can wait at once', () => {
    const run = vi.fn()
    const sixtyDaysMs = 60 * 24 * 3_600_000
    systemClock.setTimer(sixtyDaysMs, run)
    vi.advanceTimersByTime(sixtyDaysMs - 1)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes a long timer back in its second month as well', () => {
    const run = vi.fn()
    const timer = systemClock.setTimer(2 ** 32, run)
    vi.advanceTimersByTime(2 ** 31)
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(2 ** 32)
    expect(run).not.toHaveBeenCalled()
  })

  it('keeps the process alive for its timers, but for those in the background', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemClock.setTimer(100, vi.fn())
    systemClock.setTimer(100, vi.fn(), true)
    systemClock.setTimer(2 ** 32, vi.fn(), true)
    vi.advanceTimersByTime(2 ** 31)
    expect(setTimeout.mock.results.map(({ value }) => value.hasRef())).toEqual([true, false, false, false])
  })

  it('runs each timer in the async context that it was set in, as a trace of the call needs it', async () => {
    vi.useRealTimers()
    const request = new AsyncLocalStorage<string>()
    const seenOf = (name: string): Promise<string | undefined> =>
      new Promise((resolve) => {
        request.run(name, () => systemClock.setTimer(5, () => resolve(request.getStore())))
      })
    expect(await Promise.all([seenOf('first'), seenOf('second')])).toEqual(['first', 'second'])
  })

  it('asks nothing but the timeout whether its time has come, as where a test fakes only that', () => {
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const run = vi.fn()
    systemClock.setTimer(100, run)
    vi.advanceTimersByTime(100)
    expect(run).toHaveBeenCalledOnce()
  })

  it('tells the time by two clocks, and chance from 0 to 1', () => {
    const before = systemClock.now()
    vi.advanceTimersByTime(250)
    expect(systemClock.now() - before).toBe(250)
    expect(systemClock.date()).toBe(1_250)
    vi.spyOn(Math, 'random').mockReturnValue(0.25)
    expect(systemClock.random()).toBe(0.25)
  })
})
