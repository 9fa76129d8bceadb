import { beforeEach, describe, expect, it } from 'vitest'
import { RetryBudget } from '../../../src/core/cells/retry-budget.js'
import { fakeClock, type FakeClock } from '../../../src/testing/fake-clock.js'
import { another, seedOf, through } from './seeds-stage.js'

const THROTTLE_PRICE = 8

let clock: FakeClock
beforeEach(() => {
  clock = fakeClock()
})

/** With so many failures in a row behind it. */
function after(failures: number, perSuccess = 0.5): RetryBudget {
  const budget = new RetryBudget(perSuccess, clock)
  for (let n = 0; n < failures; n++) budget.failed(clock.now())
  return budget
}

/** With so few tokens left, in prices of the first failure. */
function left(tokens: number, perSuccess?: number): RetryBudget {
  const budget = after(1, perSuccess)
  for (let n = 25; n > tokens; n--) budget.take()
  return budget
}

describe('the price of a retry', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
  ])('after %i failures in a row is %i', (failures, price) => {
    const budget = after(failures)
    expect(budget.take()).toBe(price)
    expect(budget.tokens).toBe(25 - price)
  })

  it.each([6, 7, 10, 11, 5_000])('after %i failures in a row is the whole budget', (failures) => {
    const budget = after(failures)
    expect(budget.take()).toBe(25)
    expect(budget.tokens).toBe(0)
  })

  it.each([
    [1, 8],
    [2, 16],
    [3, 25],
    [4, 25],
  ])('after %i throttles in a row is %i, eight times as much up to the whole budget', (failures, price) => {
    expect(after(failures).take(THROTTLE_PRICE)).toBe(price)
  })

  it('is the first one again after a success', () => {
    const budget = after(9)
    budget.succeeded(0)
    expect(budget.take()).toBe(1)
    budget.failed(clock.now())
    expect(budget.take()).toBe(1)
    budget.failed(clock.now())
    expect(budget.take()).toBe(2)
  })

  it('is paid as a whole or not at all', () => {
    const budget = left(5)
    expect(budget.take(THROTTLE_PRICE)).toBe(0)
    expect(budget.tokens).toBe(5)
    budget.failed(clock.now())
    budget.failed(clock.now())
    expect(budget.take()).toBe(4)
    expect(budget.take()).toBe(0)
    expect(budget.tokens).toBe(1)
  })

  it('can be paid when there is exactly enough', () => {
    expect(left(1).take()).toBe(1)
    expect(left(0).take()).toBe(0)
    expect(left(8).take(THROTTLE_PRICE)).toBe(8)
  })
})

describe('an outage', () => {
  it('is found out after four retries in a row, of any number of calls', () => {
    const budget = after(0)
    const paid: number[] = []
    for (let n = 0; n < 200; n++) {
      budget.failed(clock.now())
      paid.push(budget.take())
    }
    expect(paid.slice(0, 6)).toEqual([1, 2, 4, 8, 0, 0])
    expect(paid.filter((price) => price > 0)).toHaveLength(4)
    expect(budget.tokens).toBe(10)
  })

  it('of throttles is found out after two', () => {
    const budget = after(0)
    const paid: number[] = []
    for (let n = 0; n < 200; n++) {
      budget.failed(clock.now())
      paid.push(budget.take(THROTTLE_PRICE))
    }
    expect(paid.slice(0, 4)).toEqual([8, 16, 0, 0])
    expect(budget.tokens).toBe(1)
  })

  it('may find out anew when the budget has filled up', async () => {
    const budget = after(10)
    budget.take()
    await clock.advance(124_999)
    expect(budget.take()).toBe(0)
    await clock.advance(1)
    const paid: number[] = []
    for (let n = 0; n < 6; n++) {
      budget.failed(clock.now())
      paid.push(budget.take())
    }
    expect(paid).toEqual([1, 2, 4, 8, 0, 0])
  })

  it('is told from a blip: what was under way when the last failure came in is not in a row with it', async () => {
    const budget = after(0)
    const startedAt = clock.now()
    await clock.advance(100)
    const paid: number[] = []
    for (let n = 0; n < 10; n++) {
      budget.failed(startedAt)
      paid.push(budget.take())
    }
    expect(paid).toEqual(Array(10).fill(1))
    budget.failed(startedAt + 99)
    expect(budget.take()).toBe(1)
    budget.failed(startedAt + 100)
    expect(budget.take()).toBe(2)
    await clock.advance(249)
    budget.failed(startedAt)
    expect(budget.take()).toBe(2)
    // Slow failures are an outage all the same.
    await clock.advance(1)
    budget.failed(startedAt)
    expect(budget.take()).toBe(4)
  })
})

describe('a brownout', () => {
  it('of every third attempt has all of its failures repeated, for ever', () => {
    const budget = after(0)
    for (let n = 0; n < 10_000; n++) {
      budget.succeeded(0)
      budget.succeeded(0)
      budget.failed(clock.now())
      const paid = budget.take()
      expect(paid).toBe(1)
      budget.succeeded(paid)
    }
    expect(budget.tokens).toBe(25)
  })
})

describe('a success', () => {
  it('gives back what was paid for it, and earns its share', () => {
    const budget = after(4)
    const paid = budget.take()
    budget.succeeded(paid)
    expect(budget.tokens).toBe(25)
    const spent = left(0)
    spent.succeeded(0)
    expect(spent.tokens).toBe(0.5)
    spent.succeeded(8)
    expect(spent.tokens).toBe(9)
  })

  it('pays for the share of a failing retry that was set', () => {
    const quarter = left(0, 0.25)
    for (let n = 0; n < 3; n++) quarter.succeeded(0)
    expect(quarter.take()).toBe(0)
    quarter.succeeded(0)
    expect(quarter.take()).toBe(1)
    const none = left(0, 0)
    for (let n = 0; n < 100; n++) none.succeeded(0)
    expect(none.tokens).toBe(0)
  })

  it('fills it no further than full', () => {
    const budget = left(24)
    for (let n = 0; n < 10; n++) budget.succeeded(25)
    expect(budget.tokens).toBe(25)
  })
})

describe('an attempt beside another', () => {
  it('costs one whatever has failed, and is no sign of trouble', () => {
    const budget = after(5)
    expect(budget.takeOne()).toBe(true)
    expect(budget.tokens).toBe(24)
    expect(budget.take()).toBe(16)
  })

  it('is paid with a whole token', async () => {
    const budget = left(1)
    expect(budget.takeOne()).toBe(true)
    expect(budget.takeOne()).toBe(false)
    expect(budget.tokens).toBe(0)
    await clock.advance(4_999)
    expect(budget.takeOne()).toBe(false)
    await clock.advance(1)
    expect(budget.takeOne()).toBe(true)
  })
})

describe('what is given back', () => {
  it('fills it no further than full, and says nothing of the function', () => {
    const budget = after(5)
    budget.giveBack(budget.take() - 1)
    expect(budget.tokens).toBe(24)
    expect(budget.take()).toBe(16)
  })

  it('has the failures in a row forgotten when it is full with it', () => {
    const budget = after(5)
    budget.giveBack(budget.take())
    expect(budget.tokens).toBe(25)
    expect(budget.take()).toBe(1)
  })
})

describe('time', () => {
  it('brings a token in five seconds, up to a full budget', async () => {
    const budget = left(0)
    await clock.advance(2_500)
    expect(budget.tokens).toBe(0.5)
    await clock.advance(2_499)
    expect(budget.take()).toBe(0)
    await clock.advance(1)
    expect(budget.take()).toBe(1)
    await clock.advance('1h')
    expect(budget.tokens).toBe(25)
  })

  it('begins when the budget is made', async () => {
    await clock.advance('1h')
    expect(left(0).tokens).toBe(0)
  })

  it('has the failures in a row forgotten when it has filled the budget, and not before', async () => {
    const budget = after(4)
    budget.take()
    await clock.advance(39_999)
    expect(budget.take()).toBe(8)
    await clock.advance(39_999)
    expect(budget.take()).toBe(8)
    await clock.advance(40_002)
    expect(budget.tokens).toBe(25)
    expect(budget.take()).toBe(1)
  })

  it('takes back no failure of a budget that nobody spends from', async () => {
    const budget = after(3)
    await clock.advance('1h')
    expect(budget.take()).toBe(4)
  })

  it('needs no timer', () => {
    left(0)
    expect(clock.pending).toBe(0)
  })
})

describe('a budget that nobody needs', () => {
  it('may be forgotten when it is full', async () => {
    const budget = left(24)
    expect(budget.idle()).toBe(false)
    await clock.advance(4_999)
    expect(budget.idle()).toBe(false)
    await clock.advance(1)
    expect(budget.idle()).toBe(true)
    expect(budget.save()).toBeUndefined()
    expect(after(0).idle()).toBe(true)
  })
})

describe('a budget that is restored', () => {
  it('stays spent, at the same price, and fills by the time that passed', async () => {
    const before = after(3)
    before.take()
    before.failed(clock.now())
    before.take()
    before.take()
    expect(before.save()).toEqual({ tokens: 5, failuresInARow: 4 })

    const later = await another()
    const restored = new RetryBudget(0.5, later)
    restored.restore(seedOf(through(before.save()), later, 10_000))
    expect(restored.tokens).toBeCloseTo(7, 9)
    expect(restored.take()).toBe(0)
    await later.advance(5_001)
    expect(restored.take()).toBe(8)
  })

  it.each([NaN, Infinity, '3', null, undefined, {}, [1]])('is as new with %s tokens', (tokens) => {
    const restored = after(0)
    restored.restore(seedOf({ tokens, failuresInARow: 0 }, clock))
    expect(restored.tokens).toBe(25)
  })

  it.each([
    [-1, 0],
    [-1e308, 0],
    [26, 25],
    [1e308, 25],
  ])('holds %d tokens as %d', (tokens, held) => {
    const restored = after(0)
    restored.restore(seedOf({ tokens }, clock))
    expect(restored.tokens).toBe(held)
  })

  it.each([NaN, -3, '5', null, undefined, {}])('has no failures in a row where %s are said', (failures) => {
    const restored = after(0)
    restored.restore(seedOf({ tokens: 20, failuresInARow: failures }, clock))
    expect(restored.take()).toBe(1)
  })

  it.each([3.9, 1e308])(
    'takes %d failures in a row for a whole number, and not for more than ten',
    (failures) => {
      const restored = after(0)
      restored.restore(seedOf({ tokens: 25, failuresInARow: failures }, clock))
      expect(restored.save()).toBeUndefined()
      expect(restored.take()).toBe(failures < 10 ? 4 : 25)
      expect(restored.save()).toMatchObject({ failuresInARow: Math.min(10, Math.floor(failures)) })
    },
  )

  it.each([undefined, null, 7, 'x', [], { __proto__: { tokens: 0 } }])(
    'is as new where %j was saved',
    (saved) => {
      const restored = after(0)
      restored.restore(seedOf(saved, clock))
      expect(restored.tokens).toBe(25)
      expect(restored.take()).toBe(1)
    },
  )

  it('says of a full one that there is nothing to keep', () => {
    expect(after(7).save()).toBeUndefined()
  })
})
