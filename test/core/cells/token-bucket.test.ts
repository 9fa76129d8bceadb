import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../../src/core/cells/token-bucket.js'
import { fakeClock } from '../../../src/testing/fake-clock.js'

const settings = { capacity: 3, perSuccess: 0.5, perSecond: 0.25 }

describe('a token bucket', () => {
  it('is full at first, and empty when all is taken', () => {
    const bucket = new TokenBucket(settings, fakeClock())
    expect(bucket.tokens).toBe(3)
    expect([bucket.take(1), bucket.take(1), bucket.take(1), bucket.take(1)]).toEqual([
      true,
      true,
      true,
      false,
    ])
    expect(bucket.tokens).toBe(0)
  })

  it('gives all that is asked for or nothing', () => {
    const bucket = new TokenBucket(settings, fakeClock())
    expect(bucket.take(2)).toBe(true)
    expect(bucket.take(1.5)).toBe(false)
    expect(bucket.tokens).toBe(1)
    expect(bucket.take(1)).toBe(true)
  })

  it('earns from successes, up to its capacity', () => {
    const bucket = new TokenBucket(settings, fakeClock())
    bucket.earn()
    expect(bucket.tokens).toBe(3)
    bucket.take(3)
    bucket.earn()
    expect(bucket.tokens).toBe(0.5)
    expect(bucket.take(1)).toBe(false)
    bucket.earn()
    expect(bucket.take(1)).toBe(true)
  })

  it('fills with time, up to its capacity', async () => {
    const clock = fakeClock()
    const bucket = new TokenBucket(settings, clock)
    bucket.take(3)
    await clock.advance(2_000)
    expect(bucket.tokens).toBe(0.5)
    await clock.advance(1_999)
    expect(bucket.take(1)).toBe(false)
    await clock.advance(1)
    expect(bucket.take(1)).toBe(true)
    await clock.advance('1h')
    expect(bucket.tokens).toBe(3)
  })

  it('starts to fill when it is made', async () => {
    const clock = fakeClock()
    await clock.advance('1h')
    const bucket = new TokenBucket(settings, clock)
    bucket.take(3)
    expect(bucket.tokens).toBe(0)
  })

  it('may be forgotten when it is full', async () => {
    const clock = fakeClock()
    const bucket = new TokenBucket(settings, clock)
    expect(bucket.idle()).toBe(true)
    bucket.take(1)
    expect(bucket.idle()).toBe(false)
    await clock.advance('4s')
    expect(bucket.idle()).toBe(true)
  })
})
