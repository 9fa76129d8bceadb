import { createInvoker, type Invoker, type InvokerState } from 'resilient-lambda'
import { fakeClock, startLocalLambda, type FakeClock, type LocalLambda } from 'resilient-lambda/testing'
import { expect, it, onTestFinished } from 'vitest'

async function start(): Promise<LocalLambda> {
  const local = await startLocalLambda({ functions: { quote: () => 'well', other: () => 'well' } })
  onTestFinished(() => local.stop())
  return local
}

/** A caller in an environment of its own, whose clock begins anew. */
function caller(local: LocalLambda, date: number, state?: InvokerState): [Invoker, FakeClock] {
  const clock = fakeClock({ date })
  const lambda = createInvoker({ ...local.clientSettings, clock, ...(state && { state }) })
  onTestFinished(() => lambda.destroy())
  return [lambda, clock]
}

const MORNING = Date.UTC(2026, 0, 1)

it('a caller that lost its memory sends nothing to a dead function until the time is over', async () => {
  const local = await start()
  local.faults('quote').always({ type: 'closeAfterReading', executed: true })
  const [before] = caller(local, MORNING)
  for (let call = 0; call < 20; call++) await before('quote').safeInvoke({})
  expect(local.requestsOf('quote')).toHaveLength(7)
  const { retryAfterMs = 0 } = before('quote').circuit?.snapshot() ?? {}
  expect(retryAfterMs).toBeGreaterThan(900)
  const kept = JSON.stringify(before.exportState())
  local.reset()

  const [after, clock] = caller(local, MORNING + 500, JSON.parse(kept) as InvokerState)
  for (let call = 0; call < 20; call++)
    expect(await after('quote').safeInvoke({})).toMatchObject({
      error: { code: 'CircuitOpen', attempts: [] },
    })
  await clock.advance(retryAfterMs - 501)
  expect(await after('quote').safeInvoke({})).toMatchObject({ error: { code: 'CircuitOpen' } })
  expect(local.requestsOf('quote')).toHaveLength(0)
  expect(await after('other').invoke({})).toBe('well')

  await clock.advance(1)
  for (let call = 0; call < 5; call++) expect(await after('quote').invoke({})).toBe('well')
  expect(local.requestsOf('quote')).toHaveLength(5)
  expect(after('quote').circuit?.state).toBe('closed')
})

it('without its memory, seven more requests go to the dead function', async () => {
  const local = await start()
  local.faults('quote').always({ type: 'closeAfterReading', executed: true })
  for (let environment = 0; environment < 2; environment++) {
    const [lambda] = caller(local, MORNING)
    for (let call = 0; call < 20; call++) await lambda('quote').safeInvoke({})
  }
  expect(local.requestsOf('quote')).toHaveLength(14)
})

it('a budget that was spent sends no retries from the next environment either', async () => {
  const local = await start()
  local.faults('quote').always({ type: 'error', name: 'EC2UnexpectedException' })
  const fiveCalls = async (state?: InvokerState): Promise<[requests: number, kept: InvokerState]> => {
    const [lambda, clock] = caller(local, MORNING, state)
    const before = local.requestsOf('quote').length
    const chain = lambda('quote')
      .circuitBreaker(false)
      .observe((event) => event.type === 'retry.scheduled' && void clock.advance(event.waitMs))
      .retry({ attempts: 3, baseDelay: 0 })
    for (let call = 0; call < 5; call++) expect((await chain.safeInvoke({})).ok).toBe(false)
    return [local.requestsOf('quote').length - before, lambda.exportState()]
  }
  const [first, kept] = await fiveCalls()
  const [second] = await fiveCalls(JSON.parse(JSON.stringify(kept)) as InvokerState)
  const [forgetful] = await fiveCalls()
  // Three retries, at 1, 2 and 8 of 25, and none for the rest.
  expect([first, second, forgetful]).toEqual([8, 5, 8])
})
