import { describe, expect, it } from 'vitest'
import { BREAKER_DEFAULTS, breakerPolicy, parseBreaker } from '../../src/policies/breaker.js'
import { Bench, eventsOf, fails, nextThat, takes, value } from './harness.js'

describe('the settings of a circuit breaker', () => {
  it('have defaults', () => {
    expect(parseBreaker({}, 'circuitBreaker')).toEqual({
      failureRate: 0.5,
      minimumCalls: 20,
      windowMs: 30_000,
      consecutiveFailures: 7,
      openForMs: 1_200,
      maxOpenForMs: 1_200,
      probes: 5,
      slowCalls: false,
    })
    expect(Object.isFrozen(BREAKER_DEFAULTS)).toBe(true)
  })

  it('change what they name and keep the rest', () => {
    const parsed = parseBreaker(
      {
        failureRate: 0.01,
        minimumCalls: 1,
        window: 100,
        consecutiveFailures: 1,
        openFor: 1,
        maxOpenFor: '2m',
        probes: 100,
        slowCalls: { duration: '2s', rate: 1 },
      },
      'circuitBreaker',
    )
    expect(parsed).toEqual({
      failureRate: 0.01,
      minimumCalls: 1,
      windowMs: 100,
      consecutiveFailures: 1,
      openForMs: 1,
      maxOpenForMs: 120_000,
      probes: 100,
      slowCalls: { durationMs: 2_000, rate: 1 },
    })
    expect(Object.isFrozen(parsed)).toBe(true)
    expect(parseBreaker({ slowCalls: false }, 'circuitBreaker', parsed)).toEqual({
      ...parsed,
      slowCalls: false,
    })
  })

  it('let a longer time raise the maximum that was not given', () => {
    const long = parseBreaker({ openFor: '10m' }, 'circuitBreaker')
    expect(long).toMatchObject({ openForMs: 600_000, maxOpenForMs: 600_000 })
    expect(parseBreaker({ openFor: '2m' }, 'circuitBreaker', long)).toMatchObject({
      openForMs: 120_000,
      maxOpenForMs: 600_000,
    })
    expect(parseBreaker({ probes: 1 }, 'circuitBreaker', long)).toMatchObject({ maxOpenForMs: 600_000 })
    expect(parseBreaker({ maxOpenFor: '1m' }, 'circuitBreaker')).toMatchObject({
      openForMs: 1_200,
      maxOpenForMs: 60_000,
    })
    const equal = { openFor: '2m', maxOpenFor: 120_000 }
    expect(parseBreaker(equal, 'circuitBreaker')).toMatchObject({ maxOpenForMs: 120_000 })
  })

  it.each([
    [
      { openFor: '10m', maxOpenFor: '1m' },
      'circuitBreaker.maxOpenFor must be a duration of at least 600000 ms, which openFor is, but was 60000.',
    ],
    [
      { maxOpenFor: '1s' },
      'circuitBreaker.maxOpenFor must be a duration of at least 1200 ms, which openFor is, but was 1000.',
    ],
    [{ failureRate: 0.009 }, 'circuitBreaker.failureRate must be a number from 0.01 to 1, but was 0.009.'],
    [{ failureRate: 50 }, 'circuitBreaker.failureRate must be a number from 0.01 to 1, but was 50.'],
    [{ minimumCalls: 0 }, 'circuitBreaker.minimumCalls must be a whole number of at least 1'],
    [{ window: 99 }, 'circuitBreaker.window must be a duration of at least 100 ms'],
    [{ consecutiveFailures: 0 }, 'circuitBreaker.consecutiveFailures must be a whole number of at least 1'],
    [{ openFor: 0 }, 'circuitBreaker.openFor must be a duration of at least 1 ms'],
    [{ maxOpenFor: 0 }, 'circuitBreaker.maxOpenFor must be a duration of at least 1 ms'],
    [{ probes: 0 }, 'circuitBreaker.probes must be a whole number from 1 to 100, but was 0.'],
    [{ probes: 101 }, 'circuitBreaker.probes must be a whole number from 1 to 100, but was 101.'],
    [{ slowCalls: { rate: 1 } }, 'circuitBreaker.slowCalls.duration must be given'],
    [{ slowCalls: { duration: 1 } }, 'circuitBreaker.slowCalls.rate must be given'],
    [
      { slowCalls: { duration: 0, rate: 1 } },
      'circuitBreaker.slowCalls.duration must be a duration of at least 1 ms',
    ],
    [
      { slowCalls: { duration: 1, rate: 2 } },
      'circuitBreaker.slowCalls.rate must be a number from 0.01 to 1',
    ],
    [
      { slowCalls: true },
      'circuitBreaker.slowCalls must be an object with any of: duration, rate, or false to switch',
    ],
    [
      { threshold: 5 },
      "circuitBreaker has no setting 'threshold'. It takes: failureRate, minimumCalls, window, consecutiveFailures, openFor, maxOpenFor, probes, slowCalls.",
    ],
  ])('refuse %j', (given, message) => {
    expect(() => parseBreaker(given, 'circuitBreaker')).toThrow(message)
  })
})

const broken = fails('ConnectionReset')

describe('a dead function', () => {
  it('is noticed although it fails slowly: what counts is when a call ends', async () => {
    const bench = new Bench()
    const slow = breakerPolicy(
      Object.freeze({
        ...BREAKER_DEFAULTS,
        minimumCalls: 10,
        consecutiveFailures: 1_000,
        windowMs: 1_000,
        openForMs: 8_000,
        maxOpenForMs: 8_000,
      }),
    )
    const next = nextThat(takes(3_000, broken))
    const calls = []
    for (let n = 0; n < 60; n++) {
      calls.push(bench.start(slow, next))
      await bench.clock.advance(50)
    }
    await bench.clock.advance(3_000)
    await Promise.all(calls.map(({ outcome }) => outcome))
    const { failure: why } = await bench.run(slow, next)
    expect(why?.code).toBe('CircuitOpen')
    const openings = calls.map((call) => eventsOf(call, 'breaker.state').length)
    expect(openings.flatMap((count, call) => (count > 0 ? call : []))).toEqual([9])
    expect(bench.clock.pending).toBe(0)
  })

  it('gets few of 200 calls, and all of them again when it is well', async () => {
    const bench = new Bench()
    const dead = breakerPolicy(BREAKER_DEFAULTS)
    const next = nextThat(broken)
    for (let n = 0; n < 200; n++) await bench.run(dead, next)
    expect(next.seen).toHaveLength(7)
    await bench.clock.advance(1_200)
    const well = nextThat(value)
    for (let n = 0; n < 200; n++) await bench.run(dead, well)
    expect(well.seen).toHaveLength(200)
  })
})
