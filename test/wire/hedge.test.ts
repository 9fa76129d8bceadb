import { createInvoker, type CallEvent, type Fn, type HedgeOptions } from 'resilient-lambda'
import { fakeClock, startLocalLambda, type FakeClock, type LocalLambda } from 'resilient-lambda/testing'
import { expect, it, onTestFinished } from 'vitest'
import { expectNothingLeft, resources, turnsUntil } from './leftovers.js'

const NEVER = { type: 'latency', after: '1h' } as const

interface Scene {
  readonly local: LocalLambda
  readonly clock: FakeClock
  readonly quote: Fn<unknown, unknown, true>
  readonly events: readonly CallEvent[]
  /** Ordinary calls: what they take of the fake clock is nothing, so that the delay is its floor of 50 ms. */
  readonly warmUp: (calls: number) => Promise<void>
  readonly end: () => Promise<void>
}

/** Time of the invoker is on the fake clock, and everything else is real: sockets, requests, executions. */
async function scene(hedge: HedgeOptions = {}): Promise<Scene> {
  const local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  const clock = fakeClock()
  const events: CallEvent[] = []
  const lambda = createInvoker({
    ...local.clientSettings,
    clock,
    observers: [(event) => void events.push(event)],
  })
  const end = async (): Promise<void> => {
    lambda.destroy()
    await local.stop()
  }
  onTestFinished(end)
  const quote = lambda('quote').idempotent().hedge(hedge).retry(false).circuitBreaker(false).deadline('2s')
  return { local, clock, quote, events, warmUp, end }

  async function warmUp(calls: number): Promise<void> {
    for (let n = 0; n < calls; n++) await quote.invoke({})
  }
}

const executions = (local: LocalLambda): number => local.executionsOf('quote').length

it('answers from the hedge, and frees the socket of the first attempt at once', async () => {
  const before = resources()
  const { local, clock, quote, warmUp, end } = await scene()
  await warmUp(20)
  await local.until(({ openSockets }) => openSockets === 1)
  local.faults('quote').next(NEVER)
  const { signal } = new AbortController()
  const call = quote.safeInvoke({}, { signal })
  await local.until(() => executions(local) === 21)
  await clock.advance(50)
  const result = await call
  expect(result).toMatchObject({ ok: true, value: 'a quote' })
  expect(result.meta.attempts).toMatchObject([
    { code: 'AttemptOvertaken', ran: 'maybe' },
    { hedge: true, ran: 'yes' },
  ])
  expect(executions(local)).toBe(22)
  expect(clock.pending).toBe(0)
  await local.until(({ openSockets }) => openSockets === 1)
  await end()
  await expectNothingLeft(before, signal)
})

it('frees both sockets when the caller gives up', async () => {
  const { local, clock, quote, warmUp } = await scene()
  await warmUp(20)
  local.faults('quote').always(NEVER)
  const controller = new AbortController()
  const call = quote.safeInvoke({}, { signal: controller.signal })
  await local.until(() => executions(local) === 21)
  await clock.advance(50)
  await local.until(() => executions(local) === 22)
  controller.abort()
  const result = await call
  expect(result).toMatchObject({ ok: false, error: { code: 'Aborted', mayHaveRun: true } })
  expect(result.meta.attempts.map(({ code }) => code)).toEqual(['Aborted', 'Aborted'])
  expect(clock.pending).toBe(0)
  await local.until(({ openSockets }) => openSockets === 0)
})

it('makes no more executions than the stated extra load, by the server’s own count', async () => {
  const { local, clock, quote, events, warmUp } = await scene({ after: '50ms' })
  await warmUp(20)
  let calls = 20
  let answered = 20
  // Every eighth call meets a slow environment: more than the extra load is there for.
  for (let n = 0; n < 40; n++) {
    await warmUp(7)
    const heard = events.length
    const before = executions(local)
    local.faults('quote').next(NEVER)
    const call = quote.safeInvoke({})
    await local.until(() => executions(local) === before + 1)
    await clock.advance(50)
    const said = events.slice(heard).filter(({ type }) => /^hedge\.(started|refused)$/.test(type))
    expect(said).toHaveLength(1)
    // Nobody answers it any more.
    if (said[0]?.type === 'hedge.refused') await clock.advance('2s')
    calls += 8
    answered += 7 + ((await call).ok ? 1 : 0)
  }
  const extra = executions(local) - calls
  expect(extra).toBe(events.filter(({ type }) => type === 'hedge.started').length)
  expect(extra).toBeLessThanOrEqual(3 + 0.05 * answered)
  expect(extra).toBeGreaterThan(0.05 * answered - 5)
  await local.until(({ openSockets }) => openSockets === 1)
})

it('does not turn a wave of cold starts into a storm', async () => {
  const { local, clock, quote, events, warmUp } = await scene({ after: '50ms' })
  await warmUp(200)
  const hedged: number[] = []
  for (let wave = 0; wave < 4; wave++) {
    const before = executions(local)
    const heard = events.length
    local.faults('quote').always(NEVER)
    const calls = Array.from({ length: 60 }, () => quote.safeInvoke({}))
    await local.until(() => executions(local) === before + 60)
    await clock.advance(50)
    expect(events.slice(heard).filter(({ type }) => /^hedge\.(started|refused)$/.test(type))).toHaveLength(60)
    const started = events.slice(heard).filter(({ type }) => type === 'hedge.started').length
    await local.until(() => executions(local) === before + 60 + started)
    hedged.push(started)
    await clock.advance('2s')
    await Promise.all(calls)
    local.faults('quote').clear()
    await warmUp(100)
  }
  // Three that were slow themselves make a pause of 1 s; the one that tries again, slow too, makes one of 2 s.
  expect(hedged).toEqual([3, 0, 1, 0])
  expect(await turnsUntil(() => clock.pending === 0, 100)).toBe(true)
})
