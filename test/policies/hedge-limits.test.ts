import { beforeEach, describe, expect, it } from 'vitest'
import type { AttemptLimiter, Context } from '../../src/core/call.js'
import { answered, type Outcome } from '../../src/core/outcome.js'
import type { Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { BREAKER_DEFAULTS, circuitOf } from '../../src/policies/breaker.js'
import { parseHedge } from '../../src/policies/hedge-settings.js'
import { hedgePolicy } from '../../src/policies/hedge.js'
import { Bench, eventsOf, fails, heeds, nextThat, takes, value } from './harness.js'

const idempotent = { idempotent: true }
const second = answered('second')
const throttled = fails('TooManyRequestsException')
const hedge = hedgePolicy(parseHedge({ after: '100ms', maxExtra: 1 }, 'hedge'))

/** Places for attempts beside the first, and what was said of each. */
class Places implements AttemptLimiter {
  free = 1
  throttledLately = false
  /** How each attempt's place came back: in the order in which they were taken. */
  readonly given: (Outcome | 'unknown')[][] = [[]]

  readonly leave = this.#leaving(0)

  take(): ReturnType<AttemptLimiter['take']> {
    if (this.free === 0) return undefined
    this.free--
    this.given.push([])
    return this.#leaving(this.given.length - 1)
  }

  #leaving(index: number): AttemptLimiter['leave'] {
    return (outcome) => {
      if (index > 0) this.free++
      this.given[index]?.push(outcome ?? 'unknown')
    }
  }
}

let bench: Bench
let places: Places
let tokens: number
beforeEach(() => {
  bench = new Bench()
  places = new Places()
  tokens = 1
})

const limited: Policy = (next) => (call, context) =>
  hedge(next)(call, { ...context, limiter: places, budget: { takeOne: () => tokens-- > 0 } })

const run = (...steps: Parameters<typeof nextThat>): ReturnType<Bench['run']> =>
  bench.run(limited, nextThat(...steps), idempotent)

const reasons = (events: Parameters<typeof eventsOf>[0]['events']): unknown[] =>
  eventsOf({ events }, 'hedge.refused').map(({ reason }) => reason)

describe('the place of a hedge', () => {
  it('is taken when it is sent, and not before', async () => {
    const call = bench.start(limited, nextThat(heeds), idempotent)
    await bench.clock.advance(99)
    expect(places.free).toBe(1)
    await bench.clock.advance(1)
    expect(places.free).toBe(0)
    call.scope.cancel(failure('Aborted'))
    expect(places.free).toBe(1)
  })

  it('is given back with its answer when it wins, and the first’s with nothing', async () => {
    await run(heeds, takes(20, second))
    expect(places.given).toEqual([['unknown'], [second]])
    expect(places.free).toBe(1)
  })

  it('is given back with nothing when it loses, and the first’s with the answer', async () => {
    await run(takes(130), heeds)
    expect(places.given).toEqual([[value], ['unknown']])
  })

  it('is given back with what it failed with, as soon as it has', async () => {
    const call = bench.start(limited, nextThat(takes(300), takes(20, throttled)), idempotent)
    await bench.clock.advance(120)
    expect(places.given).toEqual([[], [throttled]])
    await bench.clock.runUntil(call.outcome)
    expect(places.given).toEqual([[value], [throttled]])
  })

  it('is given back with what each failed with where both do', async () => {
    const reset = fails('ConnectionReset')
    await run(takes(110, reset), takes(20, throttled))
    expect(places.given).toEqual([[reset], [throttled]])
  })

  it('is given back where it throws, and where the first one does', async () => {
    const mistake = new TypeError('a mistake')
    await expect(run(heeds, () => Promise.reject(mistake))).rejects.toBe(mistake)
    expect(places.given).toEqual([['unknown'], ['unknown']])
    places = new Places()
    tokens = 1
    const first = async ({ clock }: Context): Promise<Outcome> => {
      await new Promise<void>((resolve) => void clock.setTimer(110, resolve))
      throw mistake
    }
    await expect(run(first, heeds)).rejects.toBe(mistake)
    expect(places.given).toEqual([['unknown'], ['unknown']])
  })

  it('is given back when the call is cancelled', async () => {
    const call = bench.start(limited, nextThat(heeds), idempotent)
    await bench.clock.advance(150)
    call.scope.cancel(failure('Aborted'))
    await call.outcome
    expect(places.given).toEqual([['unknown'], ['unknown']])
  })

  it('is given back by who hears of the hedge and cancels the call, without one being sent', async () => {
    const next = nextThat(heeds)
    const policy: Policy = (inner) => (call, context) =>
      limited(inner)(call, {
        ...context,
        emit: ({ type }) => type === 'hedge.started' && context.scope.cancel(failure('Aborted')),
      })
    await bench.run(policy, next, idempotent)
    expect(next.seen).toHaveLength(1)
    expect(places.given).toEqual([['unknown'], ['unknown']])
  })

  it('is given back at once where the budget refuses, and nothing is sent', async () => {
    tokens = 0
    const next = nextThat(takes(150))
    const { events } = await bench.run(limited, next, idempotent)
    expect(reasons(events)).toEqual(['budget'])
    expect(next.seen).toHaveLength(1)
    expect(places.given).toEqual([[value], ['unknown']])
  })
})

describe('a hedge is not sent, and not paid for,', () => {
  it('where no place is free', async () => {
    places.free = 0
    const { events } = await run(takes(150))
    expect(eventsOf({ events }, 'hedge.refused')).toEqual([
      {
        type: 'hedge.refused',
        reason: 'in-flight',
        why: 'as many attempts as throttles allow are in flight',
      },
    ])
    expect(tokens).toBe(1)
  })

  it('where an attempt was throttled lately', async () => {
    places.throttledLately = true
    const { events } = await run(takes(150))
    expect(eventsOf({ events }, 'hedge.refused')).toEqual([
      { type: 'hedge.refused', reason: 'throttled', why: 'an attempt was throttled lately' },
    ])
    expect(tokens).toBe(1)
    expect(places.free).toBe(1)
  })

  it('while the circuit is not closed', async () => {
    const subject = { name: 'quote', key: 'quote', clientKey: 'client' }
    circuitOf(bench.cells, bench.clock, subject, BREAKER_DEFAULTS).open()
    const { events } = await run(takes(150))
    expect(reasons(events)).toEqual(['circuit'])
    expect(tokens).toBe(1)
    expect(places.free).toBe(1)
  })

  it('where its allowance is used up', async () => {
    tokens = 10
    const none = fails('ConnectionReset')
    for (let n = 0; n < 3; n++) await run(takes(150, none), takes(10, none))
    expect(tokens).toBe(7)
    const { events } = await run(takes(150))
    expect(reasons(events)).toEqual(['allowance'])
    expect(tokens).toBe(7)
    expect(places.free).toBe(1)
  })
})

it('a hedge costs one token each time it is sent', async () => {
  tokens = 10
  for (let n = 0; n < 4; n++) await run(heeds, takes(20, second))
  expect(tokens).toBe(6)
})
