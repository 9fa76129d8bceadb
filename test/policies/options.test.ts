import { describe, expect, it } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  deadLetter,
  deadline,
  fallback,
  hedge,
  InvalidSettingError,
  ORDER,
  retry,
  timeout,
  type DeadLetter,
  type Policy,
} from 'resilient-lambda/policies'
import { Bench, fails, hangs, nextThat, takes, timesOf, value } from './harness.js'

describe('policies made from what users write', () => {
  it('have a limit for the whole call', async () => {
    const bench = new Bench()
    expect((await bench.run(deadline('2s'), hangs)).failure?.code).toBe('DeadlineExceeded')
    expect(bench.clock.now()).toBe(2_000)
  })

  it('have a limit for one attempt', async () => {
    const bench = new Bench()
    expect((await bench.run(timeout(250), hangs)).failure?.code).toBe('AttemptTimedOut')
    expect(bench.clock.now()).toBe(250)
  })

  it('make a second attempt with the defaults or with settings', async () => {
    const idempotent = { idempotent: true }
    for (const [policy, delayMs] of [
      [hedge(), 90],
      [hedge({ after: '20ms' }), 20],
    ] as const) {
      const bench = new Bench()
      const ordinary = nextThat(takes(90))
      for (let n = 0; n < 20; n++) await bench.run(hedge(), ordinary, idempotent)
      const next = nextThat(hangs, value)
      const startedAt = bench.clock.now()
      expect((await bench.run(policy, next, idempotent)).outcome).toBe(value)
      expect(bench.clock.now() - startedAt).toBe(delayMs)
    }
  })

  it('retry with the defaults or with settings', async () => {
    const bench = new Bench(0.5)
    const next = nextThat(fails('ConnectionRefused'))
    await bench.run(retry(), next)
    expect(timesOf(next)).toEqual([0, 25, 75, 175])
    const twice = nextThat(fails('ConnectionRefused'))
    await bench.run(retry({ attempts: 2 }), twice)
    expect(twice.seen).toHaveLength(2)
  })

  it('break the circuit with the defaults or with settings', async () => {
    for (const [policy, sent] of [
      [circuitBreaker(), 7],
      [circuitBreaker({ consecutiveFailures: 2 }), 2],
    ] as const) {
      const bench = new Bench()
      const next = nextThat(fails('ConnectionRefused'))
      for (let n = 0; n < 20; n++) await bench.run(policy, next)
      expect(next.seen).toHaveLength(sent)
    }
  })

  it('bound the calls in flight with the defaults or with settings', async () => {
    for (const [policy, sent] of [
      [bulkhead(), 100],
      [bulkhead({ concurrency: 3 }), 3],
    ] as const) {
      const bench = new Bench()
      const next = nextThat(hangs)
      for (let n = 0; n < 150; n++) bench.start(policy, next)
      expect(next.seen).toHaveLength(sent)
    }
  })

  it('fall back on a value, or on what a function says', async () => {
    const bench = new Bench()
    const next = nextThat(fails('ConnectionReset'))
    for (const answer of [null, 0, 'instead', { a: 1 }]) {
      expect((await bench.run(fallback(answer), next)).outcome).toMatchObject({ ok: true, value: answer })
    }
    const asked = fallback(async ({ payload }) => payload)
    expect((await bench.run(asked, next, { payload: 7 })).outcome).toMatchObject({ value: 7 })
    const throttles = fallback('instead', { kinds: ['throttle'] })
    expect((await bench.run(throttles, next)).failure?.code).toBe('ConnectionReset')
  })

  it('hand what failed to a sink', async () => {
    const letters: DeadLetter[] = []
    const policy = deadLetter((letter) => letters.push(letter), { kinds: ['throttle'] })
    await new Bench().run(policy, nextThat(fails('TooManyRequestsException')), { payload: 7 })
    await new Bench().run(policy, nextThat(fails('ConnectionReset')))
    expect(letters).toMatchObject([{ target: 'quote', payload: 7, mayHaveRun: false }])
  })

  it('may be used as often as one likes', async () => {
    const bench = new Bench()
    const policy = deadline('1s')
    for (let n = 0; n < 3; n++) expect((await bench.run(policy, nextThat(takes(900)))).outcome).toBe(value)
  })

  it.each<[() => Policy, string]>([
    [() => deadline(0), 'deadline must be a duration of at least 1 ms'],
    [
      () => timeout('fast' as never),
      "timeout must be a duration of at least 1 ms: milliseconds, or a text such as '250ms', '2s', '1.5m', but was 'fast'.",
    ],
    [() => retry({ attempts: 0 }), 'retry.attempts must be a whole number from 1 to 20'],
    [() => circuitBreaker({ probes: 0 }), 'circuitBreaker.probes must be a whole number from 1 to 100'],
    [() => bulkhead({ concurrency: 0 }), 'bulkhead.concurrency must be a whole number of at least 1'],
    [() => deadLetter(1 as never), 'deadLetter.sink must be a function'],
    [() => fallback(1, { limit: 0 }), 'fallback.limit must be a duration of at least 1 ms'],
  ])('refuse what they cannot use, at once (case %#)', (make, message) => {
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })
})

it('the order of the policies has one place', () => {
  expect(ORDER).toEqual([
    'deadLetter',
    'fallback',
    'deadline',
    'failover',
    'bulkhead',
    'retry',
    'adaptive',
    'breaker',
    'hedge',
    'timeout',
  ])
})
