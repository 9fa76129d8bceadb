import { beforeEach, describe, expect, it } from 'vitest'
import { circuitsOf } from '../../src/core/cells/circuits.js'
import { InvalidSettingError } from '../../src/core/settings.js'
import type { Policy } from '../../src/core/policy.js'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { BREAKER_DEFAULTS, breakerPolicy, circuitOf } from '../../src/policies/breaker.js'
import { parseHedge, type HedgeOptions } from '../../src/policies/hedge-settings.js'
import { hedgePolicy } from '../../src/policies/hedge.js'
import { answered, type Outcome } from '../../src/core/outcome.js'
import { Bench, eventsOf, fails, hangs, heeds, nextThat, takes, timesOf, value } from './harness.js'

const idempotent = { idempotent: true }
const second = answered('second')
const hedged = (options: HedgeOptions): Policy => hedgePolicy(parseHedge(options, 'hedge'))
const after100 = hedged({ after: '100ms', maxExtra: 1 })

let bench: Bench
beforeEach(() => {
  bench = new Bench()
})

const run = (policy: Policy, ...steps: Parameters<typeof nextThat>): ReturnType<Bench['run']> =>
  bench.run(policy, nextThat(...steps), idempotent)

describe('a hedge', () => {
  it('is not made where the first attempt answers in time', async () => {
    const next = nextThat(takes(99))
    const { outcome, events } = await bench.run(after100, next, idempotent)
    expect(outcome).toBe(value)
    expect(next.seen).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(bench.clock.pending).toBe(0)
  })

  it('answers when the first attempt is slow, which is let go', async () => {
    const next = nextThat(heeds, takes(20, second))
    const { outcome, events, history } = await bench.run(after100, next, idempotent)
    expect(outcome).toBe(second)
    expect(timesOf(next)).toEqual([0, 100])
    expect(bench.clock.pending).toBe(0)
    const overtaken = { code: 'AttemptOvertaken', verdict: { kind: 'local', ran: 'maybe' } }
    expect(events).toMatchObject([
      { type: 'attempt.started', attempt: 1 },
      { type: 'hedge.started', afterMs: 100 },
      { type: 'attempt.started', attempt: 2 },
      { type: 'attempt.ended', attempt: 2, ok: true },
      { type: 'hedge.won', afterMs: 100, durationMs: 20 },
      { type: 'attempt.ended', attempt: 1, ok: false, failure: overtaken, durationMs: 120 },
      { type: 'attempt.abandoned', attempt: 1, failure: overtaken, durationMs: 120 },
    ])
    expect(history.snapshot()).toMatchObject([
      { number: 1, code: 'AttemptOvertaken', ran: 'maybe', startedMs: 0, durationMs: 120 },
      { number: 2, hedge: true, ran: 'yes', startedMs: 100, durationMs: 20 },
    ])
    expect(history.snapshot()[0]).not.toHaveProperty('hedge')
  })

  it('is let go when the first attempt answers after all', async () => {
    const next = nextThat(takes(130), heeds)
    const { outcome, history, events } = await bench.run(after100, next, idempotent)
    expect(outcome).toBe(value)
    expect(history.snapshot()).toMatchObject([{ ran: 'yes' }, { code: 'AttemptOvertaken', durationMs: 30 }])
    expect(eventsOf({ events }, 'hedge.won')).toEqual([])
    expect(next.seen.map(({ context }) => context.scope.cancelled?.code)).toEqual([
      undefined,
      'AttemptOvertaken',
    ])
  })

  it('lets go of what ignores that it is cancelled', async () => {
    const { outcome, history } = await run(after100, hangs, takes(20, second))
    expect(outcome).toBe(second)
    expect(history.mayBeRunning).toBe(false)
  })

  it('is not abandoned where nothing has left', async () => {
    const { events } = await run(
      after100,
      (context) => {
        if (context.attempt) context.attempt.ran = 'no'
        return heeds(context)
      },
      takes(20, second),
    )
    expect(eventsOf({ events }, 'attempt.abandoned')).toEqual([])
  })

  it('is made as often as attempts allow', async () => {
    const three = hedged({ after: '100ms', maxExtra: 1, attempts: 3 })
    await run(three, value)
    const next = nextThat(heeds)
    const call = bench.start(three, next, idempotent)
    await bench.clock.advance(1_000)
    expect(timesOf(next)).toEqual([0, 100, 200])
    call.scope.cancel(failure('Aborted'))
    expect(call.history.snapshot().map(({ hedge = false }) => hedge)).toEqual([false, true, true])
    expect(bench.clock.pending).toBe(0)
  })
})

describe('a hedge of what fails', () => {
  it('does not keep a failure from going out', async () => {
    const next = nextThat(takes(10, fails('ServiceUnavailable')))
    const { failure: why } = await bench.run(after100, next, idempotent)
    expect(why).toMatchObject({ code: 'ServiceUnavailable' })
    expect(bench.clock.now()).toBe(10)
    expect(bench.clock.pending).toBe(0)
  })

  it('is waited for when the first attempt fails meanwhile', async () => {
    const { outcome } = await run(after100, takes(110, fails('ConnectionReset')), takes(50, second))
    expect(outcome).toBe(second)
    expect(bench.clock.now()).toBe(150)
  })

  it('leaves the first attempt its time when it fails itself', async () => {
    const { outcome, events } = await run(after100, takes(300), takes(10, fails('ConnectionReset')))
    expect(outcome).toBe(value)
    expect(eventsOf({ events }, 'attempt.abandoned')).toEqual([])
  })

  it.each([
    [110, 50],
    [200, 10],
  ])('tells what the first failed with, and the worst of both', async (firstMs, secondMs) => {
    const throttled = fails('TooManyRequestsException', { retryAfterMs: 700 })
    const { failure: why, history } = await run(
      after100,
      takes(firstMs, throttled),
      takes(secondMs, fails('ResponseCut')),
    )
    expect(why).toMatchObject({ code: 'TooManyRequestsException', retryAfterMs: 700 })
    expect(why?.verdict).toMatchObject({ kind: 'throttle', ran: 'yes' })
    expect(history.snapshot()).toMatchObject([{ ran: 'no' }, { ran: 'yes' }])
  })

  it('tells how long to wait when only the hedge knows', async () => {
    const { failure: why } = await run(
      after100,
      takes(110, fails('ConnectionReset')),
      fails('TooManyRequestsException', { retryAfterMs: 700 }),
    )
    expect(why).toMatchObject({ code: 'ConnectionReset', retryAfterMs: 700 })
  })

  it('passes on a programming error of either, and lets go of the other', async () => {
    const mistake = new TypeError('a mistake')
    const next = nextThat(heeds, () => Promise.reject(mistake))
    await expect(bench.run(after100, next, idempotent)).rejects.toBe(mistake)
    expect(next.seen[0]?.context.scope.cancelled?.code).toBe('AttemptOvertaken')
    await expect(run(after100, () => Promise.reject(mistake))).rejects.toBe(mistake)
    expect(bench.clock.pending).toBe(0)
  })
})

describe('a call that is cancelled', () => {
  it.each([50, 150])('stops all its attempts at once, after %i ms', async (atMs) => {
    const next = nextThat(heeds)
    const call = bench.start(after100, next, idempotent)
    await bench.clock.advance(atMs)
    const why = failure('Aborted', 'the caller gave up')
    call.scope.cancel(why)
    expect(await call.outcome).toEqual({ ok: false, failure: why })
    expect(next.seen).toHaveLength(atMs < 100 ? 1 : 2)
    for (const { context } of next.seen) expect(context.scope.cancelled).toBe(why)
    expect(call.history.snapshot().map(({ code }) => code)).toEqual(next.seen.map(() => 'Aborted'))
    expect(bench.clock.pending).toBe(0)
  })

  it('before it began makes no attempt and leaves nothing', async () => {
    const next = nextThat(heeds)
    const policy: Policy = (inner) => (call, context) => {
      context.scope.cancel(failure('Aborted'))
      return after100(inner)(call, context)
    }
    const { failure: why } = await bench.run(policy, next, idempotent)
    expect(why?.code).toBe('Aborted')
    expect(next.seen).toEqual([])
    expect(bench.clock.pending).toBe(0)
  })

  it('by who hears of its hedge makes none, and the next one may', async () => {
    const next = nextThat(heeds)
    const policy: Policy = (inner) => (call, context) =>
      after100(inner)(call, {
        ...context,
        emit: ({ type }) => type === 'hedge.started' && context.scope.cancel(failure('Aborted')),
      })
    expect((await bench.run(policy, next, idempotent)).failure?.code).toBe('Aborted')
    expect(next.seen).toHaveLength(1)
    expect(bench.clock.pending).toBe(0)
    expect((await run(after100, heeds, second)).outcome).toBe(second)
  })

  it('by who hears that its hedge won ends once', async () => {
    const policy: Policy = (inner) => (call, context) =>
      after100(inner)(call, {
        ...context,
        emit: ({ type }) => type === 'hedge.won' && context.scope.cancel(failure('Aborted')),
      })
    expect((await run(policy, heeds, takes(20, second))).failure?.code).toBe('Aborted')
    const [[, allowance] = []] = [...bench.cells.entries('hedge')]
    expect(allowance?.idle()).toBe(true)
  })

  it('has no listener left when it has ended', async () => {
    let listeners = 0
    const counting: Policy = (inner) => (call, context) => {
      const scope = new Scope(context.scope)
      const onCancel = scope.onCancel.bind(scope)
      scope.onCancel = (listener) => {
        listeners++
        const forget = onCancel(listener)
        return () => {
          listeners--
          forget()
        }
      }
      return after100(inner)(call, { ...context, scope })
    }
    await run(counting, heeds, takes(20, second))
    expect(listeners).toBe(0)
  })

  it('is not hedged at its deadline or after it', async () => {
    for (const deadlineAt of [90, 100]) {
      const started = bench.start(after100, nextThat(hangs), { ...idempotent, deadlineAt })
      expect(bench.clock.pending).toBe(0)
      started.scope.cancel(failure('Aborted'))
    }
  })

  it('unties its attempts from itself', async () => {
    const next = nextThat(heeds, takes(20, second))
    const { scope } = await bench.run(after100, next, idempotent)
    scope.cancel(failure('Aborted'))
    expect(next.seen.map(({ context }) => context.scope.cancelled?.code)).toEqual([
      'AttemptOvertaken',
      undefined,
    ])
  })
})

describe('a call that is not idempotent', () => {
  it('is refused, with what to do', async () => {
    const next = nextThat(value)
    const call = bench.run(after100, next)
    await expect(call).rejects.toThrow(InvalidSettingError)
    await expect(call).rejects.toThrow(
      'hedge must be left out, or the call declared idempotent with .idempotent() or idempotent: true, ' +
        'since a hedge may run the function twice, but was set for a call that is not.',
    )
    expect(next.seen).toEqual([])
  })

  it('goes without where that was asked for', async () => {
    const policy = hedgePolicy({ ...parseHedge({ after: '100ms' }, 'hedge'), whereSafe: true })
    const next = nextThat(takes(500))
    expect((await bench.run(policy, next)).outcome).toBe(value)
    expect(next.seen).toHaveLength(1)
    expect(bench.clock.pending).toBe(0)
  })
})

describe('hedges are silent', () => {
  const reasons = async (policy: Policy, steps: Outcome = value): Promise<unknown[]> => {
    const { events } = await run(policy, takes(150, steps))
    return eventsOf({ events }, 'hedge.refused').map(({ reason }) => reason)
  }

  it('for a while after a throttle', async () => {
    await run(after100, fails('TooManyRequestsException'))
    expect(await reasons(after100)).toEqual(['throttled'])
    await bench.clock.advance('5s')
    expect(await reasons(after100)).toEqual([])
  })

  it('while the circuit is not closed', async () => {
    const policy: Policy = (next) =>
      breakerPolicy({ ...BREAKER_DEFAULTS, consecutiveFailures: 1 })(after100(next))
    await run(policy, fails('ServiceUnavailable'))
    expect(await reasons(after100)).toEqual(['circuit'])
    await bench.clock.advance(1_200)
    // A probe, which finds the function well.
    expect(await reasons(policy)).toEqual(['circuit'])
    for (let probe = 2; probe < BREAKER_DEFAULTS.probes; probe++) await run(policy, value)
    expect(await reasons(policy)).toEqual(['circuit'])
    expect(await reasons(policy)).toEqual([])
  })

  it('when the circuit opens after the call has begun, and while it is held open by hand', async () => {
    const call = bench.start(after100, nextThat(takes(150)), idempotent)
    const subject = { name: 'quote', key: 'quote', clientKey: 'client' }
    const circuit = circuitOf(bench.cells, bench.clock, subject, BREAKER_DEFAULTS)
    circuit.open()
    await bench.clock.runUntil(call.outcome)
    expect(eventsOf(call, 'hedge.refused')).toEqual([
      { type: 'hedge.refused', reason: 'circuit', why: 'the circuit is not closed' },
    ])
    circuit.close()
    expect(await reasons(after100)).toEqual([])
  })

  it('and not for ever because of a circuit that nobody uses', async () => {
    const unused = circuitsOf(bench.cells, 'quote')
    expect(unused.closed).toBe(true)
    await run(breakerPolicy({ ...BREAKER_DEFAULTS, consecutiveFailures: 1 }), fails('ServiceUnavailable'))
    // Open for 1.2 s, and forgotten a minute later.
    await bench.clock.advance(61_200)
    expect(unused.closed).toBe(false)
    await bench.clock.advance(1)
    expect(await reasons(after100)).toEqual([])
  })

  it('when the allowance is used up, until successes have earned more', async () => {
    const tenth = hedged({ after: '100ms', maxExtra: 0.1 })
    // The three that it has to begin with.
    for (let n = 0; n < 3; n++) await run(tenth, takes(150), hangs)
    for (let n = 0; n < 8; n++)
      expect(await reasons(tenth, fails('ServiceUnavailable'))).toEqual(['allowance'])
    for (let n = 0; n < 7; n++) expect(await reasons(tenth)).toEqual(['allowance'])
    expect(await reasons(tenth)).toEqual([])
  })

  it('when what all repeats draw from is empty', async () => {
    let asked = 0
    const drawing =
      (enough: boolean): Policy =>
      (next) =>
      (call, context) =>
        after100(next)(call, { ...context, budget: { takeOne: () => (asked++, enough) } })
    expect(await reasons(drawing(false))).toEqual(['budget'])
    expect(await reasons(drawing(true))).toEqual([])
    expect(asked).toBe(2)
  })
})
