import { describe, expect, it, vi } from 'vitest'
import { fakeClock } from 'resilient-lambda/testing'

describe('a fake clock', () => {
  it('never goes back, though a timer advances it further on the way', async () => {
    const clock = fakeClock()
    const ranAt: number[] = []
    clock.setTimer(100, () => {
      void clock.advance(50)
      clock.setTimer(50, () => ranAt.push(clock.now()))
    })
    await clock.advance(100)
    expect(clock.now()).toBe(150)
    expect(ranAt).toEqual([150])
  })

  it('stands still until it is told to go on', async () => {
    const clock = fakeClock({ date: 5_000 })
    expect([clock.now(), clock.date()]).toEqual([0, 5_000])
    await clock.advance('1.5s')
    expect([clock.now(), clock.date()]).toEqual([1_500, 6_500])
  })

  it('begins with the year 2026', () => {
    expect(new Date(fakeClock().date()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
  })

  it('runs each timer once, at its own time', async () => {
    const clock = fakeClock()
    const times: number[] = []
    for (const ms of [30, 10, 20]) clock.setTimer(ms, () => times.push(clock.now()))
    expect(clock.pending).toBe(3)
    await clock.advance(20)
    expect(times).toEqual([10, 20])
    expect(clock.pending).toBe(1)
    await clock.advance(100)
    expect(times).toEqual([10, 20, 30])
    expect([clock.now(), clock.pending]).toEqual([120, 0])
  })

  it('runs timers of the same time in the order in which they were set', async () => {
    const clock = fakeClock()
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) clock.setTimer(10, () => order.push(name))
    await clock.advance(10)
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it('does not run a timer that was taken back', async () => {
    const clock = fakeClock()
    const run = vi.fn()
    clock.setTimer(10, run).cancel()
    expect(clock.pending).toBe(0)
    await clock.advance(10)
    expect(run).not.toHaveBeenCalled()
  })

  it('lets what a timer sets off settle before the next, and runs what it sets', async () => {
    const clock = fakeClock()
    const order: string[] = []
    clock.setTimer(10, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => order.push('settled'))
      clock.setTimer(5, () => order.push(`inner at ${clock.now()}`))
    })
    clock.setTimer(11, () => order.push('next'))
    await clock.advance(15)
    expect(order).toEqual(['settled', 'next', 'inner at 15'])
  })

  it('lets what was begun before it goes on settle first', async () => {
    const clock = fakeClock()
    const run = vi.fn()
    void Promise.resolve().then(() => clock.setTimer(10, run))
    await clock.advance(10)
    expect(run).toHaveBeenCalledOnce()
  })

  it('refuses what is no time', async () => {
    await expect(fakeClock().advance('soon' as never)).rejects.toThrow(
      "advance must be a duration, such as 250 or '2s', but was 'soon'.",
    )
    await expect(fakeClock().advance(-1)).rejects.toThrow('advance must be')
  })
})

describe('running until a promise settles', () => {
  it('goes from timer to timer, no further than it must', async () => {
    const clock = fakeClock()
    const late = vi.fn()
    clock.setTimer(1_000, late)
    const slow = new Promise((resolve) => clock.setTimer(10, () => clock.setTimer(20, () => resolve('done'))))
    expect(await clock.runUntil(slow)).toBe('done')
    expect(clock.now()).toBe(30)
    expect(late).not.toHaveBeenCalled()
  })

  it('needs no timer for what settles by itself', async () => {
    const clock = fakeClock()
    clock.setTimer(10, () => {})
    expect(await clock.runUntil(Promise.resolve(1))).toBe(1)
    await expect(clock.runUntil(Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(clock.now()).toBe(0)
  })

  it('rejects as the promise does', async () => {
    const clock = fakeClock()
    const failing = new Promise((_, reject) => clock.setTimer(5, () => reject(new Error('at five'))))
    await expect(clock.runUntil(failing)).rejects.toThrow('at five')
    expect(clock.now()).toBe(5)
  })

  it('says so when nothing is left that could settle it', async () => {
    const clock = fakeClock()
    clock.setTimer(5, () => {})
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow(
      'The promise has not settled, and no timer is left that could settle it.',
    )
  })
})

describe('the chance of a fake clock', () => {
  const drawn = (seed?: number): number[] => {
    const clock = fakeClock(seed === undefined ? {} : { seed })
    return Array.from({ length: 1_000 }, () => clock.random())
  }

  it('is the same for the same seed, and another for another', () => {
    expect(drawn(7)).toEqual(drawn(7))
    expect(drawn()).toEqual(drawn(1))
    expect(drawn(7)).not.toEqual(drawn(8))
  })

  it('is spread evenly from 0 to 1', () => {
    const numbers = drawn(3)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
    const tenths = Array.from(
      { length: 10 },
      (_, n) => numbers.filter((each) => Math.floor(each * 10) === n).length,
    )
    expect(Math.min(...tenths)).toBeGreaterThan(70)
    expect(Math.max(...tenths)).toBeLessThan(130)
  })
})
