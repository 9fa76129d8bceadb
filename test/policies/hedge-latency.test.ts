import { beforeEach, describe, expect, it } from 'vitest'
import type { Policy } from '../../src/core/policy.js'
import { failure } from '../../src/failures/failure.js'
import { parseHedge, type HedgeOptions } from '../../src/policies/hedge-settings.js'
import { hedgePolicy } from '../../src/policies/hedge.js'
import {
  Bench,
  eventsOf,
  fails,
  heeds,
  nextThat,
  takes,
  timesOf,
  value,
  type Started,
  type Step,
} from './harness.js'

const idempotent = { idempotent: true }
const hedged = (options: HedgeOptions = {}): Policy => hedgePolicy(parseHedge(options, 'hedge'))
const policy = hedged()

let bench: Bench
let probes = 0
beforeEach(() => {
  bench = new Bench()
})

async function take(...durations: number[]): Promise<void> {
  for (const ms of durations) await bench.run(policy, nextThat(takes(ms)), idempotent)
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms)

/** When the hedge of a slow call is made, in ms after its start; undefined without one. With an allowance of its own. */
async function delay(slow: Step = heeds): Promise<number | undefined> {
  const next = nextThat(slow, takes(1))
  const call = bench.start(hedged({ maxExtra: 0.05 + ++probes / 1_000 }), next, idempotent)
  await bench.clock.advance('30s')
  call.scope.cancel(failure('Aborted'))
  const [first = 0, hedge] = timesOf(next)
  return hedge === undefined ? undefined : hedge - first
}

describe('the delay of a hedge', () => {
  it('is unknown before twenty answers, so that there is none', async () => {
    await take(...times(19, 100))
    const call = bench.start(policy, nextThat(heeds), idempotent)
    expect(bench.clock.pending).toBe(0)
    call.scope.cancel(failure('Aborted'))
    await take(100)
    expect(await delay()).toBe(100)
  })

  it('is the quantile of the function’s own latency', async () => {
    await take(...times(95, 200), ...times(5, 3_000))
    expect(await delay()).toBe(200)
  })

  it('is another one for another function', async () => {
    await take(...times(40, 100))
    const next = nextThat(takes(500))
    await bench.run(policy, next, { ...idempotent, target: 'other' })
    expect(next.seen).toHaveLength(1)
  })

  it('is never below its floor', async () => {
    await take(...times(40, 3))
    expect(await delay()).toBe(50)
  })

  it('is shared by chains whatever their settings', async () => {
    await take(...times(40, 80))
    const next = nextThat(takes(200))
    await bench.run(hedged({ after: 'p99', maxExtra: 0.01 }), next, idempotent)
    expect(timesOf(next).length).toBe(2)
  })

  it('follows a function that becomes slower, although the slow attempts are let go', async () => {
    await take(...times(100, 100))
    // A tenth takes 1 s now; half of those are cut at 120 ms, and count as no shorter than that.
    for (let n = 0; n < 300; n++)
      await bench.run(policy, nextThat(takes(n % 10 === 0 ? 1_000 : 100), takes(20)), idempotent)
    expect(await delay()).toBeGreaterThanOrEqual(120)
  })

  it('counts what is cut after the delay, and not what is cut or fails before', async () => {
    await take(...times(20, 100))
    for (let n = 0; n < 50; n++)
      await bench.run(policy, nextThat(takes(1, fails('FunctionError'))), idempotent)
    for (let n = 0; n < 50; n++) {
      const call = bench.start(policy, nextThat(heeds), idempotent)
      await bench.clock.advance(99)
      call.scope.cancel(failure('Aborted'))
    }
    expect(await delay()).toBe(100)
    for (let n = 0; n < 5; n++) {
      const call = bench.start(policy, nextThat(heeds), idempotent)
      await bench.clock.advance(400)
      call.scope.cancel(failure('Aborted'))
    }
    await bench.clock.advance('10s')
    expect(await delay()).toBe(400)
  })
})

describe('a wave of cold starts', () => {
  /** So many calls at once, of which every attempt takes 3 s. */
  async function wave(count: number): Promise<number> {
    const nexts = Array.from({ length: count }, () => nextThat(takes(3_000)))
    const calls = nexts.map((next) => bench.start(policy, next, idempotent))
    await bench.clock.runUntil(Promise.all(calls.map(({ outcome }) => outcome)))
    return nexts.reduce((sum, { seen }) => sum + seen.length - 1, 0)
  }

  it('is met by a twentieth more attempts at once, and by ever fewer after that', async () => {
    await take(...times(1_000, 100))
    expect(await wave(60)).toBe(3)
    expect(await wave(60)).toBe(0)
  })

  it('is met by one when few calls are in flight', async () => {
    await take(...times(1_000, 100))
    expect(await wave(10)).toBe(1)
  })
})

it('hedges nothing of what is told to be throttled', async () => {
  await take(...times(200, 100))
  const next = nextThat(takes(300), fails('TooManyRequestsException'))
  await bench.run(policy, next, idempotent)
  expect(next.seen).toHaveLength(2)
  const call: Started = bench.start(policy, nextThat(takes(300)), idempotent)
  await bench.clock.runUntil(call.outcome)
  expect(eventsOf(call, 'hedge.refused')).toMatchObject([{ reason: 'throttled' }])
  expect(await call.outcome).toBe(value)
})
