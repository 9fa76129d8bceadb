import { describe, expect, it } from 'vitest'
import { AbortError } from 'p-retry'
import { failure } from '../../src/failures/failure.js'
import { Bench, eventsOf, fails, nextThat } from './harness.js'
import { circuitOpen, policyWith, refused } from './retry-stage.js'

describe('a refusal of our own on a later attempt', () => {
  it('does not hide what went wrong at the function', async () => {
    const bench = new Bench()
    const next = nextThat(refused, circuitOpen)
    const { failure: why, history } = await bench.run(policyWith(), next, { recorded: false })
    expect(why).toEqual({ ...failure('ConnectionRefused'), retryAfterMs: 700 })
    expect(next.seen).toHaveLength(2)
    expect(history.snapshot()).toEqual([])
  })

  it('is written down as the reason to stop', async () => {
    const bench = new Bench()
    const { history } = await bench.run(policyWith(), nextThat(refused, circuitOpen))
    expect(history.snapshot().at(-1)?.decision).toEqual({
      action: 'stop',
      why: 'the circuit is open',
      code: 'CircuitOpen',
    })
  })

  it('leaves the hint of the service as it was, and adds none', async () => {
    const bench = new Bench()
    const hint = fails('Throttled', { retryAfterMs: 50 })
    expect((await bench.run(policyWith(), nextThat(hint, circuitOpen))).failure?.retryAfterMs).toBe(50)
    const { outcome } = await bench.run(policyWith(), nextThat(refused, fails('BulkheadFull')))
    expect(outcome).toBe(refused)
  })

  it('is the answer when it comes first', async () => {
    const bench = new Bench()
    const next = nextThat(circuitOpen)
    const { outcome, events } = await bench.run(policyWith(), next)
    expect(outcome).toBe(circuitOpen)
    expect(next.seen).toHaveLength(1)
    expect(eventsOf({ events }, 'retry.refused')).toMatchObject([{ reason: 'not-worth-it' }])
  })

  it('is not what an unknown error after sending is, which may have run', async () => {
    const bench = new Bench()
    const unknown = fails('UnknownError')
    const { outcome } = await bench.run(policyWith(), nextThat(refused, unknown))
    expect(outcome).toBe(unknown)
  })
})

describe('a programming error', () => {
  it.each([
    ['an Error', new Error('a mistake')],
    ['a TypeError', new TypeError('a mistake')],
    ['a failed fetch of the user’s own', new TypeError('fetch failed')],
    ['what p-retry takes for its own', new AbortError('a mistake')],
    ['a text', 'a mistake'],
    ['undefined', undefined],
    ['an object', { mistake: true }],
  ])('surfaces unchanged and is not retried: %s', async (_, error: unknown) => {
    const bench = new Bench()
    const next = nextThat(() => Promise.reject(error))
    await expect(bench.start(policyWith(), next).outcome).rejects.toBe(error)
    expect(next.seen).toHaveLength(1)
    expect(bench.clock.pending).toBe(0)
  })

  it('is a rejection, also where the policy further in throws at once', async () => {
    const bench = new Bench()
    const error = new Error('a mistake')
    const crashes = (): never => {
      throw error
    }
    await expect(bench.start(policyWith(), crashes, { recorded: false }).outcome).rejects.toBe(error)
  })

  it('surfaces on a later attempt as well', async () => {
    const bench = new Bench()
    const error = new TypeError('a mistake')
    const next = nextThat(refused, () => Promise.reject(error))
    await expect(bench.clock.runUntil(bench.start(policyWith(), next).outcome)).rejects.toBe(error)
    expect(next.seen).toHaveLength(2)
  })

  it('in a predicate or a backoff ends the call', async () => {
    const error = new RangeError('a mistake')
    const broken = (): never => {
      throw error
    }
    for (const change of [
      { retryIf: broken },
      { backoff: broken },
      { retryIf: () => Promise.reject(error) },
    ]) {
      const next = nextThat(refused)
      await expect(new Bench().start(policyWith(change), next).outcome).rejects.toBe(error)
      expect(next.seen).toHaveLength(1)
    }
  })

  it('of a backoff that gives no time is named', async () => {
    const policy = policyWith({ backoff: () => Number.NaN })
    await expect(new Bench().start(policy, nextThat(refused)).outcome).rejects.toThrow(
      'retry.backoff must be a function that returns milliseconds, but was NaN.',
    )
  })
})
