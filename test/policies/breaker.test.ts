import { describe, expect, it } from 'vitest'
import type { Circuit, CircuitSettings } from '../../src/core/cells/circuit.js'
import { CIRCUITS, type Circuits } from '../../src/core/cells/circuits.js'
import type { FailureCode } from '../../src/failures/catalogue.js'
import { failure } from '../../src/failures/failure.js'
import { BREAKER_DEFAULTS, breakerPolicy, circuitOf } from '../../src/policies/breaker.js'
import { Bench, eventsOf, fails, hangs, nextThat, takes, value, type Step } from './harness.js'

const settings: CircuitSettings = Object.freeze({
  ...BREAKER_DEFAULTS,
  failureRate: 1,
  minimumCalls: 1,
  consecutiveFailures: 3,
  openForMs: 1_000,
  maxOpenForMs: 8_000,
  probes: 1,
})
const policy = breakerPolicy(settings)
const broken = fails('ConnectionReset')

function circuitIn(bench: Bench, target = 'quote'): Circuit {
  const subject = { name: target, key: target, clientKey: 'client' }
  return circuitOf(bench.cells, bench.clock, subject, settings)
}

async function send(bench: Bench, step: Step, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) await bench.run(policy, nextThat(step))
}

async function openIn(bench: Bench): Promise<void> {
  await send(bench, broken)
  expect(circuitIn(bench).state).toBe('open')
}

describe('a circuit breaker', () => {
  it('passes on what is inside while the circuit is closed', async () => {
    const bench = new Bench()
    expect((await bench.run(policy, nextThat(value))).outcome).toBe(value)
    expect((await bench.run(policy, nextThat(broken))).outcome).toBe(broken)
  })

  it('refuses while the circuit is open, and says when to ask again', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(400)
    const next = nextThat(value)
    const { failure: why, events } = await bench.run(policy, next)
    expect(why).toEqual(failure('CircuitOpen', 'the circuit is open', { retryAfterMs: 600 }))
    expect(why?.verdict.ran).toBe('no')
    expect(events).toEqual([{ type: 'breaker.refused', state: 'open', retryAfterMs: 600 }])
    expect(next.seen).toEqual([])
  })

  it('refuses while it is held open by hand, and nobody can say for how long', async () => {
    const bench = new Bench()
    circuitIn(bench).open()
    const next = nextThat(value)
    const { failure: why, events } = await bench.run(policy, next)
    expect(why).toStrictEqual(failure('CircuitOpen', 'the circuit was opened by hand'))
    expect(events).toStrictEqual([{ type: 'breaker.refused', state: 'open' }])
    expect(next.seen).toEqual([])
  })

  it('is held open for the other settings of the function as well, and for no other function', async () => {
    const bench = new Bench()
    circuitIn(bench).open()
    const others = breakerPolicy({ ...settings, probes: 2 })
    expect((await bench.run(others, nextThat(value))).failure?.code).toBe('CircuitOpen')
    expect((await bench.run(policy, nextThat(value), { target: 'other' })).outcome).toBe(value)
    circuitIn(bench).close()
    expect((await bench.run(others, nextThat(value))).outcome).toBe(value)
  })

  it('takes a probe that the function refused for a sign of health', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(1_000)
    await send(bench, fails('FunctionError'))
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('gives a probe until the deadline of its call', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(1_000)
    const probe = bench.start(policy, nextThat(takes(90_000)), { deadlineAt: bench.clock.now() + 300_000 })
    await bench.clock.advance(89_000)
    await send(bench, value)
    expect(circuitIn(bench).state).toBe('half-open')
    await bench.clock.advance(1_000)
    expect(await probe.outcome).toBe(value)
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('tells of every change of the circuit in the events of the call that made it', async () => {
    const bench = new Bench()
    const opening = await bench.run(policy, nextThat(broken))
    expect(eventsOf(opening, 'breaker.state')).toEqual([
      {
        type: 'breaker.state',
        state: 'open',
        previous: 'closed',
        why: 'too many failures',
        openForMs: 1_000,
      },
    ])
    await bench.clock.advance(1_000)
    const probe = await bench.run(policy, nextThat(value))
    expect(eventsOf(probe, 'breaker.state').map(({ previous, state }) => [previous, state])).toEqual([
      ['open', 'half-open'],
      ['half-open', 'closed'],
    ])
  })

  it('refuses what comes beside the probes', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(1_000)
    const probe = bench.start(policy, nextThat(takes(100)))
    const { failure: why, events } = await bench.run(policy, nextThat(value))
    expect(why).toEqual(failure('CircuitOpen', 'the circuit is half-open', { retryAfterMs: 1_000 }))
    expect(events).toEqual([{ type: 'breaker.refused', state: 'half-open', retryAfterMs: 1_000 }])
    await bench.clock.advance(100)
    expect(await probe.outcome).toBe(value)
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('frees the place of a probe that is cancelled while it ignores that', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(1_000)
    const probe = bench.start(policy, nextThat(hangs))
    const why = failure('Aborted')
    probe.scope.cancel(why)
    expect(await probe.outcome).toEqual({ ok: false, failure: why })
    expect(circuitIn(bench).state).toBe('half-open')
    await send(bench, value)
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('takes a probe that its deadline cut off for a failed one', async () => {
    const bench = new Bench()
    await openIn(bench)
    await bench.clock.advance(1_000)
    const probe = bench.start(policy, nextThat(hangs))
    probe.scope.cancel(failure('DeadlineExceeded', 'too late', { breaker: 'failure' }))
    await probe.outcome
    expect(circuitIn(bench).state).toBe('open')
  })

  it('opens for slow calls when asked to, by how long they took', async () => {
    const bench = new Bench()
    const slow = breakerPolicy({ ...settings, slowCalls: { durationMs: 100, rate: 1 } })
    await bench.clock.advance(5_000)
    await bench.run(slow, nextThat(takes(99)))
    expect((await bench.run(slow, nextThat(value))).outcome).toBe(value)
    const again = breakerPolicy({ ...settings, slowCalls: { durationMs: 100, rate: 0.3 } })
    await bench.run(again, nextThat(takes(100)))
    expect((await bench.run(again, nextThat(value))).failure?.code).toBe('CircuitOpen')
  })

  it('takes a programming error for no evidence, and passes it on', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    await expect(
      bench.start(
        policy,
        nextThat(() => Promise.reject(error)),
      ).outcome,
    ).rejects.toBe(error)
    expect(circuitIn(bench).snapshot()).toMatchObject({ state: 'closed', calls: 0, failures: 0 })
    await openIn(bench)
    await bench.clock.advance(1_000)
    await expect(
      bench.start(
        policy,
        nextThat(() => Promise.reject(error)),
      ).outcome,
    ).rejects.toBe(error)
    expect(circuitIn(bench).state).toBe('half-open')
    await send(bench, value)
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('works while nobody listens', async () => {
    const bench = new Bench()
    await bench.run(policy, nextThat(broken), { silent: true })
    expect((await bench.run(policy, nextThat(value), { silent: true })).failure?.code).toBe('CircuitOpen')
  })
})

describe('what counts against a function', () => {
  const ignored: readonly FailureCode[] = [
    'TooManyRequestsException',
    'ThrottlingException',
    'ResourceNotFoundException',
    'InvalidRequestContentException',
    'AccessDeniedException',
    'Aborted',
    'CircuitOpen',
    'BulkheadFull',
    'BulkheadWaitTooLong',
    'DeadlineExceeded',
    'PayloadTooLarge',
  ]
  const counted: readonly FailureCode[] = [
    'ServiceException',
    'ConnectionReset',
    'ConnectionRefused',
    'AttemptTimedOut',
    'Sandbox.Timedout',
    'Runtime.ExitError',
  ]

  it.each(ignored)('is not %s: it neither opens the circuit nor closes it', async (code) => {
    const bench = new Bench()
    await send(bench, fails(code), 10)
    expect(circuitIn(bench).snapshot()).toMatchObject({ state: 'closed', calls: 0, failures: 0 })
    await openIn(bench)
    await bench.clock.advance(1_000)
    await send(bench, fails(code), 3)
    expect(circuitIn(bench).state).toBe('half-open')
    await send(bench, value)
    expect(circuitIn(bench).state).toBe('closed')
  })

  it('is not what a function says itself, and a probe that hears it has found the function well', async () => {
    const bench = new Bench()
    await send(bench, fails('FunctionError'), 10)
    expect(circuitIn(bench).snapshot()).toMatchObject({ state: 'closed', calls: 0, failures: 0 })
    await openIn(bench)
    await bench.clock.advance(1_000)
    await send(bench, fails('FunctionError'))
    expect(circuitIn(bench).state).toBe('closed')
  })

  it.each(counted)('is %s', async (code) => {
    const bench = new Bench()
    await send(bench, fails(code))
    expect(circuitIn(bench).state).toBe('open')
  })
})

describe('whose circuit it is', () => {
  it('is one function’s: another is not harmed', async () => {
    const bench = new Bench()
    await bench.run(policy, nextThat(broken), { target: 'dead' })
    expect((await bench.run(policy, nextThat(value), { target: 'dead' })).failure?.code).toBe('CircuitOpen')
    expect((await bench.run(policy, nextThat(value), { target: 'healthy' })).outcome).toBe(value)
  })

  it('is shared by every chain with the same settings, however they were made', async () => {
    const bench = new Bench()
    await bench.run(breakerPolicy(Object.freeze({ ...settings })), nextThat(broken))
    const next = nextThat(value)
    expect((await bench.run(breakerPolicy(Object.freeze({ ...settings })), next)).failure?.code).toBe(
      'CircuitOpen',
    )
    expect((await bench.run(breakerPolicy({ ...settings, probes: 2 }), next)).outcome).toBe(value)
  })

  it('can be found among the cells, and knows whose it is', () => {
    const bench = new Bench()
    const circuit = circuitIn(bench)
    const found = Array.from(bench.cells.entries<Circuits>(CIRCUITS), ([, { all }]) => all)
    expect(found).toHaveLength(1)
    expect(found[0]).toHaveLength(1)
    expect(found[0]?.[0]).toBe(circuit)
    expect(circuit.snapshot().target).toBe('quote')
    const subject = {
      name: 'quote',
      key: 'quote blue',
      clientKey: 'c',
      invoked: { name: 'quote', tenant: 'blue' },
    }
    expect(circuitOf(bench.cells, bench.clock, subject, settings).snapshot().target).toBe(
      'quote for tenant blue',
    )
  })
})
