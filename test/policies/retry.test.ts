import { describe, expect, it, vi } from 'vitest'
import { RetryBudget } from '../../src/core/cells/retry-budget.js'
import { compose } from '../../src/core/policy.js'
import { failed } from '../../src/core/outcome.js'
import { failure } from '../../src/failures/failure.js'
import type { RetrySettings } from '../../src/policies/retry-settings.js'
import { Bench, eventsOf, fails, nextThat, takes, timesOf, value } from './harness.js'
import { policyWith, refused, reset, throttled } from './retry-stage.js'

describe('retrying', () => {
  it('does nothing for a call that answers', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(value)
    expect(next.seen).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['attempt.started', 'attempt.ended'])
    expect(history.snapshot()[0]).not.toHaveProperty('decision')
  })

  it('waits, tries again, and tells why', async () => {
    const bench = new Bench()
    const next = nextThat(refused, throttled, value)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(value)
    expect(timesOf(next)).toEqual([0, 100, 1_100])
    expect(events.filter(({ type }) => type.startsWith('retry'))).toEqual([
      {
        type: 'retry.scheduled',
        attempt: 1,
        waitMs: 100,
        why: 'transient: waiting 100 ms',
        failure: failure('ConnectionRefused'),
      },
      {
        type: 'retry.scheduled',
        attempt: 2,
        waitMs: 1_000,
        why: 'throttle: waiting 1 s',
        failure: failure('TooManyRequestsException'),
      },
    ])
    expect(history.snapshot().map(({ decision }) => decision)).toEqual([
      { action: 'retry', why: 'transient: waiting 100 ms', waitMs: 100 },
      { action: 'retry', why: 'throttle: waiting 1 s', waitMs: 1_000 },
      undefined,
    ])
    expect(bench.clock.pending).toBe(0)
  })

  it('without a budget leaves the one of a retry around it, which bounds the hedges of both', async () => {
    const bench = new Bench()
    const next = nextThat(value)
    const both = compose([policyWith({ budget: 0.1 }), policyWith({ budget: false })], next)
    await bench.run(() => both, next, { recorded: false })
    expect(next.seen[0]?.context.budget).toBeInstanceOf(RetryBudget)
  })

  it('counts the first call as an attempt, and gives back the last failure', async () => {
    const bench = new Bench()
    const last = fails('HostNotFound')
    const next = nextThat(refused, refused, refused, last)
    const { outcome, events, history } = await bench.run(policyWith(), next)
    expect(outcome).toBe(last)
    expect(timesOf(next)).toEqual([0, 100, 300, 700])
    expect(eventsOf({ events }, 'retry.refused')).toEqual([
      {
        type: 'retry.refused',
        attempt: 4,
        reason: 'attempts-used',
        why: 'all 4 attempts are used',
        failure: failure('HostNotFound'),
      },
    ])
    expect(history.snapshot()[3]?.decision).toEqual({ action: 'stop', why: 'all 4 attempts are used' })
  })

  it.each([1, 2, 20])('makes %d attempts when told so', async (attempts) => {
    const bench = new Bench()
    const next = nextThat(refused)
    await bench.run(policyWith({ attempts, backoff: 'constant' }), next)
    expect(timesOf(next)).toEqual(Array.from({ length: attempts }, (_, n) => n * 100))
  })

  it('does not repeat what may have run unless the call is idempotent', async () => {
    const bench = new Bench()
    const next = nextThat(reset)
    const { outcome, events } = await bench.run(policyWith({ retryIf: () => true }), next)
    expect(outcome).toBe(reset)
    expect(next.seen).toHaveLength(1)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([
      {
        attempt: 1,
        reason: 'may-have-run',
        why: expect.stringContaining('not declared idempotent'),
      },
    ])
    await bench.run(policyWith(), next, { idempotent: true })
    expect(next.seen).toHaveLength(1 + 4)
  })

  it('tells a predicate how long the call has taken and what remains', async () => {
    const bench = new Bench()
    const retryIf = vi.fn<NonNullable<RetrySettings['retryIf']>>(() => undefined)
    await bench.run(policyWith({ retryIf }), nextThat(takes(10, refused)), { deadlineAt: 1_000 })
    expect(
      retryIf.mock.calls.map(([{ attempt, elapsedMs, remainingMs, idempotent }]) => ({
        attempt,
        elapsedMs,
        remainingMs,
        idempotent,
      })),
    ).toEqual([
      { attempt: 1, elapsedMs: 10, remainingMs: 990, idempotent: false },
      { attempt: 2, elapsedMs: 120, remainingMs: 880, idempotent: false },
      { attempt: 3, elapsedMs: 330, remainingMs: 670, idempotent: false },
    ])
    await bench.run(policyWith({ retryIf }), nextThat(refused))
    expect(retryIf.mock.lastCall?.[0].remainingMs).toBe(Infinity)
  })

  it('tells a backoff what the last wait was', async () => {
    const bench = new Bench()
    const backoff = vi.fn(({ retry }: { retry: number }) => retry * 10)
    await bench.run(policyWith({ backoff, attempts: 4 }), nextThat(refused))
    expect(backoff.mock.calls.map(([step]) => step)).toMatchObject([
      { retry: 1, previousMs: 0 },
      { retry: 2, previousMs: 10 },
      { retry: 3, previousMs: 20 },
    ])
  })

  it('takes its chance from the clock', async () => {
    const bench = new Bench(0.5)
    const next = nextThat(refused)
    await bench.run(policyWith({ backoff: 'full' }), next)
    expect(timesOf(next)).toEqual([0, 50, 150, 350])
  })

  it('waits on our own clock only: p-retry sets no timer', async () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    const bench = new Bench()
    await bench.run(policyWith({ attempts: 10 }), nextThat(refused))
    expect(setTimeout).not.toHaveBeenCalled()
  })

  it('works while nobody listens', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const untilSpent = policyWith({ attempts: 20, backoff: () => 0, budget: 0 })
    expect((await bench.run(untilSpent, next, { silent: true })).outcome).toBe(refused)
    // The retries that it could pay for cost 1, 2, 4 and 8 of 25.
    expect(next.seen).toHaveLength(1 + 4)
  })
})

describe('cancelling', () => {
  const why = failure('Aborted', 'the caller gave up')

  it('ends a wait at once, without another attempt', async () => {
    const bench = new Bench()
    const next = nextThat(refused)
    const { outcome, scope } = bench.start(policyWith(), next)
    await bench.clock.advance(99)
    expect(bench.clock.pending).toBe(1)
    scope.cancel(why)
    expect(bench.clock.pending).toBe(0)
    expect(await outcome).toEqual(failed(why))
    expect(next.seen).toHaveLength(1)
  })

  it('during an attempt ends the call', async () => {
    const bench = new Bench()
    const next = nextThat(({ scope }) => {
      scope.cancel(why)
      return refused
    })
    const { outcome, events } = await bench.run(policyWith(), next)
    expect(outcome).toEqual(failed(why))
    expect(next.seen).toHaveLength(1)
    expect(events.filter(({ type }) => type.startsWith('retry'))).toEqual([])
    expect(bench.clock.pending).toBe(0)
  })
})
