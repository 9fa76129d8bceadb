import { describe, expect, it } from 'vitest'
import { Cells } from '../../src/core/cells/cells.js'
import { failed, type Outcome } from '../../src/core/outcome.js'
import type { Next, Policy } from '../../src/core/policy.js'
import { recordAttempts } from '../../src/core/attempt.js'
import { CATALOGUE, type FailureCode } from '../../src/failures/catalogue.js'
import { failure } from '../../src/failures/failure.js'
import { failoverPolicy, type FailoverTarget } from '../../src/policies/failover.js'
import { Bench, eventsOf, fails, heeds, nextThat, takes, value, type FakeNext } from './harness.js'

const elsewhere: Outcome = { ok: true, value: 'elsewhere', reply: {} }
const throttled = fails('TooManyRequestsException')
const reset = fails('ConnectionReset')
const refused = fails('CircuitOpen')

function target(name: string, next: Next, more: Partial<FailoverTarget> = {}): FailoverTarget {
  return {
    subject: { name, key: name, clientKey: name },
    next: recordAttempts(next),
    ...more,
  }
}

const to = (...others: readonly FailoverTarget[]): Policy => failoverPolicy({ others, withinMs: undefined })
const toOne = (next: Next, withinMs?: number): Policy =>
  failoverPolicy({ others: [target('standby', next)], withinMs })

/** A refusal of our own makes no attempt. */
const refuses = (outcome: Outcome): Policy => {
  return () => () => Promise.resolve(outcome)
}

describe('failover', () => {
  it('leaves an answer alone', async () => {
    const standby = nextThat(elsewhere)
    const { outcome, events } = await new Bench().run(toOne(standby), nextThat(value))
    expect(outcome).toBe(value)
    expect(standby.seen).toEqual([])
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
  })

  it('turns to the next target under its own name, with the same payload', async () => {
    const standby = nextThat(elsewhere)
    const run = await new Bench().run(toOne(standby), nextThat(throttled), { payload: 7 })
    expect(run.outcome).toBe(elsewhere)
    expect(standby.seen).toMatchObject([{ call: { subject: { name: 'standby' }, payload: 7 } }])
    expect(run.history.snapshot()).toMatchObject([{ number: 1 }, { number: 2, target: 'standby' }])
    expect(run.history.snapshot()[0]).not.toHaveProperty('target')
    expect(eventsOf(run, 'failover.started')).toMatchObject([
      { from: 'quote', to: 'standby', why: 'throttle: TooManyRequestsException' },
    ])
  })

  it('goes through the targets in order, each once', async () => {
    const [second, third] = [nextThat(throttled), nextThat(throttled)]
    const { failure: why, history } = await new Bench().run(
      to(target('second', second), target('third', third)),
      nextThat(throttled),
    )
    expect(history.snapshot().map(({ target }) => target)).toEqual([undefined, 'second', 'third'])
    expect(why?.message).toBe(
      'A limit on concurrency or request rate is used up; second: TooManyRequestsException; third: TooManyRequestsException',
    )
  })

  it('begins each call at the first target', async () => {
    const bench = new Bench()
    const policy = toOne(nextThat(elsewhere))
    const first = nextThat(throttled, value)
    expect((await bench.run(policy, first)).outcome).toBe(elsewhere)
    expect((await bench.run(policy, first)).outcome).toBe(value)
  })

  const codes = Object.keys(CATALOGUE) as FailureCode[]
  it.each(codes)('turns elsewhere as the verdict says: %s', async (code) => {
    const { kind, retry, ran } = CATALOGUE[code]
    const remote = kind === 'throttle' || kind === 'transient' || kind === 'starting'
    const helps = remote ? retry !== 'never' : kind === 'local' && ran === 'no'
    for (const idempotent of [false, true]) {
      const standby = nextThat(elsewhere)
      await new Bench().run(toOne(standby), nextThat(fails(code)), { idempotent })
      expect(standby.seen.length).toBe(helps && (idempotent || ran === 'no') ? 1 : 0)
    }
  })

  it('looks at the whole history of the call, not only at its last attempt', async () => {
    const standby = nextThat(elsewhere)
    const first = nextThat(reset, throttled)
    const twice: Policy = (next) => async (call, context) => {
      await next(call, context)
      return next(call, context)
    }
    const policy: Policy = (next) => toOne(standby)(twice(next))
    const { failure: why } = await new Bench().run(policy, first)
    expect(why?.code).toBe('TooManyRequestsException')
    expect(standby.seen).toEqual([])
    expect((await new Bench().run(policy, nextThat(reset, throttled), { idempotent: true })).outcome).toBe(
      elsewhere,
    )
  })

  it('believes a verdict of which the history knows nothing', async () => {
    const standby = nextThat(elsewhere)
    const policy: Policy = (next) => toOne(standby)(refuses(reset)(next))
    await new Bench().run(policy, nextThat(value))
    expect(standby.seen).toEqual([])
  })

  it('stops for who gave up, and at the deadline', async () => {
    const bench = new Bench()
    const standby = nextThat(elsewhere)
    const given = bench.start(toOne(standby), nextThat(heeds), { recorded: false })
    given.scope.cancel(failure('Aborted', undefined, { ran: 'no' }))
    expect(await given.outcome).toMatchObject({ failure: { code: 'Aborted' } })
    expect(given.events).toEqual([])
    await bench.run(toOne(standby), nextThat(takes(1_000, throttled)), { deadlineAt: 1_000 })
    expect(standby.seen).toEqual([])
  })

  it('gives each target its own state, and its own word on repeats', async () => {
    const cells = new Cells()
    const standby = nextThat(elsewhere)
    const other = target('standby', standby, { cells, idempotent: true })
    const bench = new Bench()
    await bench.run(to(other), nextThat(throttled))
    expect(standby.seen[0]).toMatchObject({ call: { idempotent: true } })
    expect(standby.seen[0]?.context.cells).toBe(cells)
    const plain = nextThat(elsewhere)
    await bench.run(toOne(plain), nextThat(throttled))
    expect(plain.seen[0]).toMatchObject({ call: { idempotent: false } })
    expect(plain.seen[0]?.context.cells).toBe(bench.cells)
  })
})

describe('what is reported when no target could help', () => {
  const codeOf = async (first: Outcome, ...rest: readonly Outcome[]): Promise<unknown> => {
    const others = rest.map((outcome, index) => target(`no ${index + 2}`, nextThat(outcome)))
    const { failure: why } = await new Bench().run(to(...others), nextThat(first), { idempotent: true })
    return [why?.code, why?.message]
  }

  it('is the first failure, with the names of the others', async () => {
    expect(await codeOf(fails('ENINotReadyException', {}, 'not ready'), throttled)).toEqual([
      'ENINotReadyException',
      'not ready; no 2: TooManyRequestsException',
    ])
  })

  it('is no refusal of our own where a target failed by itself', async () => {
    expect(await codeOf(refused, fails('TooManyRequestsException', {}, 'Rate Exceeded'), refused)).toEqual([
      'TooManyRequestsException',
      'no 2: Rate Exceeded; quote: CircuitOpen; no 3: CircuitOpen',
    ])
    expect((await codeOf(throttled, refused)) as unknown[]).toContain('TooManyRequestsException')
  })

  it('is a refusal where there was nothing else', async () => {
    expect((await codeOf(refused, fails('BulkheadFull'))) as unknown[]).toContain('CircuitOpen')
  })

  it('is what may have run before what has not', async () => {
    expect((await codeOf(throttled, reset)) as unknown[]).toContain('ConnectionReset')
    expect((await codeOf(reset, throttled)) as unknown[]).toContain('ConnectionReset')
  })

  it('is what a target said of the request, or the function of itself', async () => {
    expect(await codeOf(throttled, fails('FunctionError', {}, 'no such sku'))).toEqual([
      'FunctionError',
      'no 2: no such sku; quote: TooManyRequestsException',
    ])
    const notThere = fails('ResourceNotFoundException', {}, 'not there')
    expect(await codeOf(throttled, notThere, value)).toEqual([
      'ResourceNotFoundException',
      'no 2: not there; quote: TooManyRequestsException',
    ])
  })

  it('waits for the target that can be asked first', async () => {
    const waits = async (...ms: (number | undefined)[]): Promise<unknown> => {
      const [first, second] = ms.map((retryAfterMs) => fails('TooManyRequestsException', { retryAfterMs }))
      const policy = toOne(nextThat(second ?? value))
      return (await new Bench().run(policy, nextThat(first ?? value))).failure?.retryAfterMs
    }
    expect(await waits(5_000, 2_000)).toBe(2_000)
    expect(await waits(undefined, 3_000)).toBe(3_000)
    expect(await waits(undefined, undefined)).toBeUndefined()
  })
})

describe('a limit for each target but the last', () => {
  const started = (standby: FakeNext, first: Next, idempotent: boolean) => {
    const bench = new Bench()
    return bench.run(toOne(standby, 500), first, { idempotent, deadlineAt: 10_000 })
  }

  it('leaves time for the next one where a repeat does no harm', async () => {
    const standby = nextThat(takes(2_000, elsewhere))
    const first = nextThat(heeds)
    const run = await started(standby, first, true)
    expect(run.outcome).toBe(elsewhere)
    expect(first.seen[0]?.context.deadlineAt).toBe(500)
    expect(standby.seen).toMatchObject([{ atMs: 500, context: { deadlineAt: 10_000 } }])
    expect(run.history.snapshot()[0]).toMatchObject({
      code: 'TargetTimedOut',
      ran: 'maybe',
      durationMs: 500,
      verdict: { breaker: 'failure' },
    })
  })

  it('lets a function run on that may not be repeated', async () => {
    const standby = nextThat(elsewhere)
    const first = nextThat(takes(3_000))
    expect((await started(standby, first, false)).outcome).toBe(value)
    // It is not cut off then, but nothing else begins after it.
    expect(first.seen[0]?.context).toMatchObject({ beginBy: 500, deadlineAt: expect.any(Number) })
    expect(first.seen[0]?.context.deadlineAt).toBeGreaterThan(500)
    expect(standby.seen).toEqual([])
  })

  it('cuts what has not begun to run, and does not hold that against the function', async () => {
    const standby = nextThat(elsewhere)
    const connecting = nextThat((context) => {
      if (context.attempt) context.attempt.ran = 'no'
      return heeds(context)
    })
    const run = await started(standby, connecting, false)
    expect(run.outcome).toBe(elsewhere)
    expect(run.history.snapshot()[0]).toMatchObject({ ran: 'no', verdict: { breaker: 'ignore' } })
  })

  it('is none where the deadline is nearer', async () => {
    const first = nextThat(takes(100))
    const bench = new Bench()
    await bench.run(toOne(nextThat(elsewhere), 500), first, { idempotent: true, deadlineAt: 400 })
    expect(first.seen[0]?.context.deadlineAt).toBe(400)
    expect(bench.clock.pending).toBe(0)
  })

  it('is none for the last', async () => {
    const standby = nextThat(takes(3_000, elsewhere))
    const { outcome } = await new Bench().run(toOne(standby, 500), nextThat(throttled), { idempotent: true })
    expect(outcome).toBe(elsewhere)
    expect(standby.seen[0]?.context.deadlineAt).toBe(Infinity)
  })

  it('leaves no timer and no listener behind', async () => {
    const bench = new Bench()
    const run = bench.start(toOne(nextThat(elsewhere), 500), nextThat(value), { idempotent: true })
    expect(await run.outcome).toBe(value)
    expect(bench.clock.pending).toBe(0)
    run.scope.cancel(failure('Aborted'))
  })

  it('speaks for the target that may still be running, when the next one fails too', async () => {
    const { failure: why, history } = await started(nextThat(throttled), nextThat(heeds), true)
    expect(why).toMatchObject({ code: 'TargetTimedOut', verdict: { ran: 'maybe' } })
    expect(history.ran).toBe('maybe')
    expect(failed(failure('TargetTimedOut'))).toMatchObject({ failure: { verdict: { kind: 'transient' } } })
  })
})
