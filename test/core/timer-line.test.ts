import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'
import { surfaced } from './surfaced.js'

describe('timers of one length', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('share one of Node’s, and run each at its own time, in order', () => {
    const ran: string[] = []
    systemClock.setTimer(100, () => ran.push('first'))
    vi.advanceTimersByTime(30)
    const second = systemClock.setTimer(100, () => ran.push('second'))
    systemClock.setTimer(100, () => ran.push('third'))
    expect(vi.getTimerCount()).toBe(1)
    second.cancel()
    vi.advanceTimersByTime(70)
    expect(ran).toEqual(['first'])
    vi.advanceTimersByTime(29)
    expect(ran).toEqual(['first'])
    vi.advanceTimersByTime(1)
    expect(ran).toEqual(['first', 'third'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leave the timer to the next when all have gone, which keeps no process alive until then', () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemClock.setTimer(200, vi.fn()).cancel()
    const [made] = setTimeout.mock.results
    const timeout = made?.value as NodeJS.Timeout
    expect(timeout.hasRef()).toBe(false)
    vi.advanceTimersByTime(150)
    const run = vi.fn()
    const next = systemClock.setTimer(200, run)
    expect(setTimeout).toHaveBeenCalledOnce()
    expect(timeout.hasRef()).toBe(true)
    vi.advanceTimersByTime(199)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledOnce()
    next.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may set others while they run, and one that throws holds up none', () => {
    const ran: string[] = []
    const error = new Error('a mistake')
    systemClock.setTimer(50, () => {
      throw error
    })
    systemClock.setTimer(50, () => {
      ran.push('second')
      systemClock.setTimer(50, () => ran.push('again'))
    })
    const last = systemClock.setTimer(50, () => ran.push('last'))
    systemClock.setTimer(50, () => last.cancel())
    expect(surfaced(() => void vi.advanceTimersByTime(50))).toEqual([error])
    expect(ran).toEqual(['second', 'last'])
    vi.advanceTimersByTime(50)
    expect(ran).toEqual(['second', 'last', 'again'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('begin anew when fake timers come or go', () => {
    const run = vi.fn()
    systemClock.setTimer(300, run).cancel()
    vi.useRealTimers()
    vi.useFakeTimers()
    systemClock.setTimer(300, run)
    vi.advanceTimersByTime(300)
    expect(run).toHaveBeenCalledOnce()
  })

  it('are lines for whole milliseconds only, and for so many lengths at once', () => {
    for (let ms = 1; ms <= 100; ms++) {
      systemClock.setTimer(ms + 1_000, vi.fn()).cancel()
      systemClock.setTimer(ms + 0.5, vi.fn()).cancel()
    }
    expect(vi.getTimerCount()).toBe(64)
    vi.advanceTimersByTime(2_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
