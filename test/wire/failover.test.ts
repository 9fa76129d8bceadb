import { LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker, type Fn, type Invoker } from 'resilient-lambda'
import { fakeClock, startLocalLambda, type FakeClock, type LocalLambda } from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { ANSWER_FAULTS } from './answer-faults.js'
import type { FaultCase } from './fault-case.js'
import { answerOf } from './fault-table.js'
import { expectNothingLeft, resources } from './leftovers.js'
import { measureOurs } from './measure.js'
import { SOCKET_FAULTS } from './socket-faults.js'

const FAULTS = [...SOCKET_FAULTS, ...ANSWER_FAULTS]
const CANNOT_HELP_NOW = /, (?:transient|throttle|starting), /

/** What the first target's faults lead to where a second one is well, by the counts of both servers. */
async function measure(fault: FaultCase, idempotent: boolean) {
  const standby = await startLocalLambda({ functions: { quote: () => 'from standby' } })
  const other = createInvoker(standby.clientSettings)
  onTestFinished(() => standby.stop())
  const alone = await measureOurs(fault, { shape: (fn) => fn.idempotent(idempotent) })
  const measured = await measureOurs(fault, {
    shape: (fn) => fn.idempotent(idempotent).failover([other('quote')]),
  })
  other.destroy()
  return { ...measured, alone, standbyRuns: standby.executions.length }
}

describe.each([
  { kind: 'an ordinary function', idempotent: false },
  { kind: 'an idempotent function', idempotent: true },
])('for $kind, a failover', ({ idempotent }) => {
  test.each(FAULTS)('is made where it helps and does no harm: $name', async (fault) => {
    const { result, alone, runs, requests, standbyRuns, pending } = await measure(fault, idempotent)
    const first = result.meta.attempts.filter(({ target }) => target === undefined)
    // The race between two ends may give one call another failure than the next.
    const mayHaveRun = first.some(({ ran }) => ran !== 'no')
    const isDue = CANNOT_HELP_NOW.test(answerOf(alone.result)) && (idempotent || !mayHaveRun)
    expect({ ok: result.ok, standbyRuns }).toEqual({
      ok: isDue || alone.result.ok,
      standbyRuns: isDue ? 1 : 0,
    })
    if (!idempotent) expect(runs + standbyRuns).toBeLessThanOrEqual(1)
    if (isDue) expect(result).toMatchObject({ value: 'from standby' })
    else expect(answerOf(result)).toBe(answerOf(alone.result))
    expect(first).toHaveLength(fault.refused || fault.connectionFault ? first.length : requests)
    expect(pending).toBe(0)
  })
})

interface Regions {
  readonly near: LocalLambda
  readonly far: LocalLambda
  readonly lambda: Invoker
  readonly quote: Fn<unknown, unknown>
  readonly clock: FakeClock
  readonly disconnect: () => void
}

/** The same function in two regions, reached through one client for each. */
async function twoRegions(): Promise<Regions> {
  const start = (region: string): Promise<LocalLambda> =>
    startLocalLambda({ region, functions: { quote: (sku: unknown) => ({ sku, region }) } })
  const [near, far] = await Promise.all([start('eu-west-1'), start('eu-central-1')])
  const clients = new Map(
    [near, far].map(({ clientSettings }) => [clientSettings.region, new LambdaClient(clientSettings)]),
  )
  const clock = fakeClock()
  const lambda = createInvoker({
    client: (region = 'eu-west-1') => clients.get(region) as LambdaClient,
    clock,
  })
  const disconnect = (): void => {
    lambda.destroy()
    clients.forEach((client) => client.destroy())
  }
  onTestFinished(async () => {
    disconnect()
    await Promise.all([near.stop(), far.stop()])
  })
  const quote = lambda('quote')
    .retry(false)
    .failover([{ region: 'eu-central-1' }])
  return { near, far, lambda, quote, clock, disconnect }
}

const runsOf = (...locals: readonly LocalLambda[]): number[] =>
  locals.map(({ executions }) => executions.length)

describe('a failover to another region', () => {
  it('goes to its endpoint, signed for it', async () => {
    const { near, far, quote } = await twoRegions()
    near.faults('quote').always({ type: 'throttle' })
    expect(await quote.invoke('A1')).toEqual({ sku: 'A1', region: 'eu-central-1' })
    expect(runsOf(near, far)).toEqual([0, 1])
    expect(far.requests[0]?.headers['authorization']).toContain('/eu-central-1/lambda/')
  })

  it('outlives a region that is down, and comes back when it is up', async () => {
    const { near, far, lambda, quote, clock } = await twoRegions()
    const guarded = quote.circuitBreaker({ consecutiveFailures: 2, openFor: '5s', probes: 1 })
    await near.refuseConnections()
    for (let n = 0; n < 5; n++) {
      const { ok, meta } = await guarded.safeInvoke('A1')
      expect(ok).toBe(true)
      // The third finds the circuit open, and loses no time on the first region.
      expect(meta.attempts.map(({ target }) => target)).toEqual(
        n < 2 ? [undefined, 'quote@eu-central-1'] : ['quote@eu-central-1'],
      )
    }
    await near.acceptConnections()
    await clock.advance('5s')
    expect(await guarded.invoke('A1')).toMatchObject({ region: 'eu-west-1' })
    expect(runsOf(near, far)).toEqual([1, 5])
    expect(lambda.circuits().map(({ target, state }) => [target, state])).toEqual([
      ['quote', 'closed'],
      ['quote@eu-central-1', 'closed'],
    ])
  })

  it('leaves time for the second where the first hangs, and frees its socket', async () => {
    const { near, far, quote, clock } = await twoRegions()
    near.faults('quote').always({ type: 'stallHead', executed: true })
    const patient = quote.failover([{ region: 'eu-central-1' }], { within: '1s' })
    const call = patient.idempotent().deadline('3s').safeInvoke('A1')
    await near.until(({ executions }) => executions[0]?.outcome === 'success')
    await clock.advance('1s')
    expect(await call).toMatchObject({ ok: true, value: { region: 'eu-central-1' } })
    expect(runsOf(near, far)).toEqual([1, 1])
    await near.until(({ openSockets }) => openSockets === 0)
    expect(clock.pending).toBe(0)
  })

  it('never runs what hangs a second time, unless that does no harm', async () => {
    const { near, far, quote, clock } = await twoRegions()
    near.faults('quote').always({ type: 'stallHead', executed: true })
    const call = quote
      .failover([{ region: 'eu-central-1' }], { within: '1s' })
      .deadline('3s')
      .safeInvoke('A1')
    await near.until(({ executions }) => executions[0]?.outcome === 'success')
    await clock.advance('3s')
    expect(answerOf(await call)).toBe('DeadlineExceeded, local, may have run')
    expect(runsOf(near, far)).toEqual([1, 0])
  })

  it('leaves nothing behind when the caller gives up in the second region', async () => {
    const { near, far, quote, clock, disconnect } = await twoRegions()
    near.faults('quote').always({ type: 'throttle' })
    far.faults('quote').always({ type: 'stallHead' })
    const stop = new AbortController()
    const before = resources()
    const call = quote.safeInvoke('A1', { signal: stop.signal })
    await far.until(({ requests }) => requests[0]?.whole === true)
    stop.abort()
    expect(answerOf(await call)).toBe('Aborted, local, may have run')
    await far.until(({ openSockets }) => openSockets === 0)
    expect(clock.pending).toBe(0)
    disconnect()
    await near.until(({ openSockets }) => openSockets === 0)
    await expectNothingLeft(before, stop.signal)
  })

  it('is seen as a mistake of the settings where a single client is for another region', async () => {
    const { near, far } = await twoRegions()
    const client = new LambdaClient(near.clientSettings)
    onTestFinished(() => client.destroy())
    near.faults('quote').always({ type: 'throttle' })
    const there = 'arn:aws:lambda:eu-central-1:123456789012:function:quote'
    const result = await createInvoker({ client })('quote').retry(false).failover([there]).safeInvoke('A1')
    expect(answerOf(result)).toBe('RegionMismatch, config, did not run')
    expect(runsOf(near, far)).toEqual([0, 0])
  })
})
