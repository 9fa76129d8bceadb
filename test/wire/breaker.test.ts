import { createInvoker, type Fn, type Invoker } from 'resilient-lambda'
import {
  fakeClock,
  startLocalLambda,
  type Fault,
  type FakeClock,
  type LocalLambda,
} from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

const CALLS = 200
const ATTEMPTS = 3

interface Scene {
  readonly local: LocalLambda
  readonly lambda: Invoker
  readonly clock: FakeClock
}

/** A healthy function and a dead one over the same client. */
async function start(fault?: Fault): Promise<Scene> {
  const local = await startLocalLambda({ functions: { dead: () => 'late', healthy: () => 'well' } })
  if (fault) local.faults('dead').always(fault)
  const clock = fakeClock()
  const lambda = createInvoker({
    ...local.clientSettings,
    clock,
    defaults: { retry: { attempts: ATTEMPTS }, idempotent: true },
    observers: [
      (event) => {
        if (event.type === 'retry.scheduled') void clock.advance(event.waitMs)
      },
    ],
  })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda, clock }
}

async function failNext(fn: Fn<unknown, unknown>, times: number): Promise<void> {
  for (let call = 0; call < times; call++) expect((await fn.safeInvoke({})).ok).toBe(false)
}

describe.each<[string, Fault]>([
  ['hangs up', { type: 'closeAfterReading', executed: true }],
  ['answers with 500', { type: 'error', name: 'ServiceException', executed: true }],
  ['cannot be started', { type: 'error', name: 'EC2UnexpectedException' }],
  ['runs out of memory', { type: 'functionError', errorType: 'Runtime.OutOfMemory' }],
])('a dead function that %s', (_, fault) => {
  it(`gets 7 requests of ${CALLS} calls with ${ATTEMPTS} attempts each`, async () => {
    const { local, lambda } = await start(fault)
    await failNext(lambda('dead'), CALLS)
    expect(local.requestsOf('dead')).toHaveLength(7)
  })

  it('costs a healthy one beside it nothing', async () => {
    const { local, lambda } = await start(fault)
    for (let call = 0; call < CALLS; call++) {
      const [dead, healthy] = await Promise.all([
        lambda('dead').safeInvoke({}),
        lambda('healthy').safeInvoke({}),
      ])
      expect(dead.ok).toBe(false)
      expect(healthy).toMatchObject({
        ok: true,
        value: 'well',
        meta: { queuedMs: 0, attempts: [{ number: 1 }] },
      })
    }
    expect(local.executionsOf('healthy')).toHaveLength(CALLS)
    expect(local.requestsOf('dead')).toHaveLength(7)
    expect(lambda.circuits()).toMatchObject([
      { target: 'dead', state: 'open' },
      { target: 'healthy', state: 'closed' },
    ])
  })
})

it('a dead function gets no more than its bulkhead lets through when all calls come at once', async () => {
  const { local, lambda } = await start({ type: 'error', name: 'ServiceException' })
  const calls = Array.from({ length: CALLS }, () =>
    lambda('dead').bulkhead({ concurrency: 20, queue: CALLS }).safeInvoke({}),
  )
  expect((await Promise.all(calls)).every(({ ok }) => !ok)).toBe(true)
  // Those that fail together count as one in a row; 20 of them make a rate, with 19 others in flight.
  expect(local.requestsOf('dead').length).toBeLessThanOrEqual(20 + 19)
})

it('a function that hangs takes no socket that a healthy one needs', async () => {
  const { local, lambda, clock } = await start({ type: 'stallHead' })
  const dead = lambda('dead').deadline('5s').bulkhead({ maxWait: '2s' })
  const hanging = Array.from({ length: CALLS }, () => dead.safeInvoke({}))
  await local.until(() => local.requestsOf('dead').length === 100)
  for (let call = 0; call < 20; call++) expect(await lambda('healthy').invoke({})).toBe('well')

  await clock.advance('5s')
  const results = await Promise.all(hanging)
  expect(results.every(({ ok }) => !ok)).toBe(true)
  expect(local.requestsOf('dead')).toHaveLength(100)
})

it('a function that is well again is let back in by a few probes', async () => {
  const { local, lambda, clock } = await start({ type: 'error', name: 'ServiceException' })
  await failNext(lambda('dead'), 20)
  expect(lambda('dead').circuit?.state).toBe('open')
  const refused = await lambda('dead').safeInvoke({})
  expect(refused).toMatchObject({ error: { code: 'CircuitOpen', mayHaveRun: false, attempts: [] } })

  local.faults('dead').clear()
  await clock.advance('1.2s')
  for (let call = 0; call < 5; call++) expect(await lambda('dead').invoke({})).toBe('late')
  expect(lambda('dead').circuit?.state).toBe('closed')
})

it('throttles open no circuit', async () => {
  const { local, lambda } = await start({ type: 'throttle' })
  await failNext(lambda('dead').retry(false), 50)
  expect(lambda('dead').circuit?.state).toBe('closed')
  expect(local.requestsOf('dead')).toHaveLength(50)
})
