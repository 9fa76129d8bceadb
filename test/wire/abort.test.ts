import { Agent } from 'node:http'
import { LambdaClient } from '@aws-sdk/client-lambda'
import {
  createInvoker,
  isInvokeError,
  type CallEvent,
  type Invoker,
  type InvokerOptions,
} from 'resilient-lambda'
import {
  fakeClock,
  startLocalLambda,
  type ConnectionFault,
  type FakeClock,
  type Fault,
  type LocalLambda,
} from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { BY_SDK } from '../transport/sending-by.js'
import { expectNothingLeft, resources, turnsUntil } from './leftovers.js'
import { watchTraffic, type Traffic } from './traffic.js'

/** Far fewer turns of the event loop than any reply or timer takes to come by itself. */
const AT_ONCE_TURNS = 10

interface Scene {
  readonly local: LocalLambda
  readonly clock: FakeClock
  readonly lambda: Invoker
  readonly traffic: Traffic
  readonly events: readonly CallEvent[]
}

interface Stage {
  readonly stage: string
  readonly fault?: Fault
  readonly connectionFault?: ConnectionFault
  readonly options?: (local: LocalLambda) => InvokerOptions
  readonly payload?: unknown
  /** Another call goes first, and stays where it is. */
  readonly behindAnother?: true
  readonly arrived: (scene: Scene) => boolean
  readonly mayHaveRun: boolean
  readonly runs: number
  /** Not where a connection is idle and kept, or where a server that does not read cannot see its end. */
  readonly closes?: false
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let askedForCredentials = false
const neverResolves = (): Promise<never> => {
  askedForCredentials = true
  return new Promise(() => {})
}

const STAGES: readonly Stage[] = [
  {
    stage: 'queued in the bulkhead',
    fault: { type: 'stallHead' },
    options: () => ({ bulkhead: { concurrency: 1 } }),
    behindAnother: true,
    arrived: ({ events }) => events.some(({ type }) => type === 'bulkhead.queued'),
    mayHaveRun: false,
    runs: 0,
  },
  {
    stage: 'waiting for credentials',
    options: ({ endpoint }) => ({ endpoint, region: 'us-east-1', credentials: neverResolves }),
    arrived: () => askedForCredentials,
    mayHaveRun: false,
    runs: 0,
  },
  {
    stage: "queued for one of the client's sockets",
    fault: { type: 'stallHead' },
    options: ({ clientSettings }) => ({
      client: new LambdaClient({ ...clientSettings, requestHandler: { httpAgent: agent } }),
    }),
    behindAnother: true,
    // A plain agent's settings are all that the lean transport takes of it, and nobody sees its queue from outside.
    arrived: ({ local }) => (BY_SDK ? Object.keys(agent.requests).length === 1 : local.requests.length === 1),
    mayHaveRun: false,
    runs: 0,
    // Agents of newer Nodes connect anew for whoever was next, and keep the connection.
    closes: false,
  },
  {
    stage: 'in flight, before the request is written',
    connectionFault: { type: 'hangBeforeAccept' },
    payload: 'x'.repeat(5_900_000),
    arrived: ({ local, traffic }) => local.openSockets === 1 && traffic.started === 1,
    mayHaveRun: false,
    runs: 0,
    closes: false,
  },
  {
    stage: 'in flight, after the request was written',
    fault: { type: 'stallHead' },
    arrived: ({ local }) => local.requests[0]?.whole === true,
    mayHaveRun: true,
    runs: 0,
  },
  {
    stage: 'in flight, while the function runs',
    fault: { type: 'latency', after: '1h' },
    arrived: ({ local }) => local.executions[0]?.outcome === 'success',
    mayHaveRun: true,
    runs: 1,
  },
  {
    stage: 'in the body of the reply',
    fault: { type: 'stallReply' },
    arrived: ({ traffic }) => traffic.heads === 1,
    mayHaveRun: true,
    runs: 1,
  },
  {
    stage: 'waiting to repeat what did not run',
    fault: { type: 'throttle' },
    arrived: ({ events }) => events.some(({ type }) => type === 'retry.scheduled'),
    mayHaveRun: false,
    runs: 0,
    closes: false,
  },
  {
    stage: 'waiting to repeat what ran',
    fault: { type: 'closeAfterReading', executed: true },
    arrived: ({ events }) => events.some(({ type }) => type === 'retry.scheduled'),
    mayHaveRun: true,
    runs: 1,
  },
]

describe.each(STAGES)('a call that is $stage', (stage) => {
  it('stops at once when the caller gives up, and says whether it may have run', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const before = resources()
    await withScene(stage, async (scene) => {
      const { local, clock, lambda } = scene
      const other = new AbortController()
      if (stage.behindAnother) {
        void lambda('quote').safeInvoke({}, { signal: other.signal })
        await local.until(({ requests }) => requests[0]?.whole === true)
      }
      const call = lambda('quote').idempotent().invoke(stage.payload, { signal })
      const state = { error: undefined as unknown }
      call.catch((error: unknown) => (state.error = error))
      expect(await turnsUntil(() => stage.arrived(scene), 100_000)).toBe(true)
      await turnsUntil(() => false, AT_ONCE_TURNS)
      expect(state.error).toBeUndefined()

      controller.abort(new Error('the user left'))
      expect(await turnsUntil(() => state.error !== undefined, AT_ONCE_TURNS)).toBe(true)
      const { error } = state
      expect(isInvokeError(error)).toBe(true)
      expect(error).toMatchObject({ code: 'Aborted', kind: 'local', mayHaveRun: stage.mayHaveRun })
      expect(error).toMatchObject({ cause: { message: 'the user left' } })

      other.abort()
      await turnsUntil(() => clock.pending === 0, AT_ONCE_TURNS)
      expect(clock.pending).toBe(0)
      if (stage.closes !== false) await local.until(({ openSockets }) => openSockets === 0)
      expect(local.executions).toHaveLength(stage.runs)
      expect(local.requests.length).toBeLessThanOrEqual(1)
    })
    await expectNothingLeft(before, signal)
  })
})

it('a call whose caller has given up already sends nothing', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  const lambda = createInvoker(local.clientSettings)
  const result = await lambda('quote').safeInvoke({}, { signal: AbortSignal.abort() })
  expect(result).toMatchObject({ ok: false, error: { code: 'Aborted', mayHaveRun: false, attempts: [] } })
  expect(local.openSockets).toBe(0)
})

it('one signal stops all the calls that share it', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  local.faults('quote').always({ type: 'stallHead' })
  const lambda = createInvoker(local.clientSettings)
  const controller = new AbortController()
  const calls = Array.from({ length: 20 }, () => lambda('quote').safeInvoke({}, controller))
  await local.until(({ requests }) => requests.filter(({ whole }) => whole).length === 20)
  controller.abort()
  const results = await Promise.all(calls)
  expect(results.every((result) => !result.ok && result.error.code === 'Aborted')).toBe(true)
  await local.until(({ openSockets }) => openSockets === 0)
})

it('a caller who leaves the queue makes room in it', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  local.faults('quote').next({ type: 'stallHead' })
  const lambda = createInvoker({ ...local.clientSettings, bulkhead: { concurrency: 1, queue: 1 } })
  const [first, second] = [new AbortController(), new AbortController()]
  void lambda('quote').safeInvoke({}, { signal: first.signal })
  await local.until(({ requests }) => requests[0]?.whole === true)
  const left = lambda('quote').safeInvoke({}, { signal: second.signal })
  const refused = await lambda('quote').safeInvoke({})
  expect(refused).toMatchObject({ error: { code: 'BulkheadFull' } })

  second.abort()
  expect(await left).toMatchObject({ error: { code: 'Aborted', mayHaveRun: false } })
  const queued = lambda('quote').invoke({})
  first.abort()
  expect(await queued).toBe('a quote')
  lambda.destroy()
})

async function withScene(stage: Stage, act: (scene: Scene) => Promise<void>): Promise<void> {
  await using local = await startLocalLambda({
    functions: { quote: () => ({ text: 'a reply of some length' }) },
  })
  if (stage.fault) local.faults('quote').always(stage.fault)
  if (stage.connectionFault) local.connectionFaults.always(stage.connectionFault)
  const events: CallEvent[] = []
  const clock = fakeClock()
  const traffic = watchTraffic()
  const given = stage.options?.(local) ?? {}
  const lambda = createInvoker({
    ...((given.client ?? given.credentials) ? {} : local.clientSettings),
    ...given,
    clock,
    observers: [(event) => void events.push(event)],
  })
  try {
    await act({ local, clock, lambda, traffic, events })
  } finally {
    traffic.stop()
    lambda.destroy()
    agent.destroy()
  }
}
