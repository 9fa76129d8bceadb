import { once } from 'node:events'
import { request } from 'node:http'
import type { ClientRequest } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startLocalLambda } from '../../../src/testing/local/index.js'
import type {
  Fault,
  FunctionConfig,
  LocalLambda,
  LocalLambdaOptions,
} from '../../../src/testing/local/index.js'
import { caught, handlerModule, latch } from './support.js'

const PATH = '/2015-03-31/functions/quote/invocations'

async function started(options: LocalLambdaOptions): Promise<LocalLambda> {
  const local = await startLocalLambda(options)
  onTestFinished(() => local.stop())
  return local
}

/** A request of which only the end is awaited; its connection is its own. */
function send(
  local: LocalLambda,
  name = 'quote',
): { readonly outgoing: ClientRequest; readonly gone: Promise<unknown> } {
  const outgoing = request(`${local.endpoint}${PATH.replace('quote', name)}`, {
    method: 'POST',
    agent: false,
  })
  const gone = new Promise((resolve) => {
    outgoing.once('socket', (socket) => socket.once('close', resolve))
  })
  outgoing.on('error', () => {})
  outgoing.on('response', (response) => response.resume())
  outgoing.end()
  return { outgoing, gone }
}

/** The sockets, servers and workers that keep this process alive. */
function handles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /^TCP|^Worker|^MessagePort/.test(name))
}

const ran = ({ executions }: LocalLambda): boolean => executions.length === 1
const arrived = ({ requests }: LocalLambda): boolean => requests[0]?.whole === true
const replied = ({ requests }: LocalLambda): boolean => requests[0]?.status === 200

test.each<[string, FunctionConfig, Fault, (local: LocalLambda) => boolean]>([
  ['a handler of this process', { handler: () => latch().opened }, { type: 'none' }, ran],
  ['a stuck worker', { module: handlerModule('busy'), timeout: '60s' }, { type: 'none' }, ran],
  [
    'a worker that loads',
    { module: handlerModule('loading'), environment: { MODE: 'hangs' }, initTimeout: '60s' },
    { type: 'none' },
    arrived,
  ],
  ['a cold start', { handler: () => 1, coldStart: '60s' }, { type: 'none' }, arrived],
  ['latency', { handler: () => 1 }, { type: 'latency', after: '60s' }, ran],
  ['a stalled reply', { handler: () => 1 }, { type: 'stallReply' }, replied],
  ['a slow reply', { handler: () => 1 }, { type: 'slowHead', every: '60s' }, replied],
])('stop leaves no socket, timer or worker behind: %s', async (_, quote, fault, underWay) => {
  const before = handles()
  const [made, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
  const local = await started({ functions: { quote } })
  local.faults('quote').next(fault)
  const { gone } = send(local)
  await local.until(underWay)
  expect(handles()).not.toEqual(before)
  await local.stop()
  await gone
  expect(handles()).toEqual(before)
  const timers = made.mock.results.map(({ value }) => value as NodeJS.Timeout)
  expect(timers.filter((timer) => !cleared.mock.calls.some(([one]) => one === timer))).toEqual([])
  expect(local.openSockets).toBe(0)
})

test('stop leaves nothing behind of a server that nobody has called, or whose connections hang', async () => {
  const before = handles()
  const idle = await started({ functions: { quote: () => 1 } })
  await idle.stop()
  const hanging = await started({ functions: { quote: () => 1 } })
  hanging.connectionFaults.next({ type: 'hangBeforeAccept' })
  const { gone } = send(hanging)
  await hanging.until(({ openSockets }) => openSockets === 1)
  await hanging.stop()
  await gone
  expect(handles()).toEqual(before)
})

test('stop ends warm workers, and what was under way is logged as killed', async () => {
  const before = handles()
  const local = await started({
    functions: { quote: { module: handlerModule('waits') }, stuck: { module: handlerModule('busy') } },
  })
  await send(local).gone
  const { gone } = send(local, 'stuck')
  await local.until(({ executions }) => executions.length === 2)
  await local.stop()
  await gone
  expect(local.executions).toMatchObject([{ outcome: 'success' }, { outcome: 'killed' }])
  expect(handles()).toEqual(before)
})

test('events that wait for a place are not begun after the stop', async () => {
  const local = await started({
    functions: { quote: { handler: () => latch().opened, reservedConcurrency: 1 } },
  })
  for (const headers of [{}, { 'x-amz-invocation-type': 'Event' }]) {
    const outgoing = request(`${local.endpoint}${PATH}`, { method: 'POST', agent: false, headers })
    outgoing.on('error', () => {})
    outgoing.end()
  }
  await local.until(({ requests }) => requests.length === 2 && requests.some(({ status }) => status === 202))
  await local.stop()
  expect(local.executions).toMatchObject([{ outcome: 'killed' }])
})

test('stop may be called again, also before it is done', async () => {
  const local = await started({ functions: { quote: () => 1 } })
  await Promise.all([local.stop(), local.stop()])
  await local.stop()
  await local.settled()
})

test('a stopped server cannot be reached', async () => {
  const local = await started({ functions: { quote: () => 1 } })
  await local.stop()
  await expect(local.acceptConnections()).rejects.toThrow('The local Lambda was stopped.')
  const { outgoing } = send(local)
  const [error] = (await once(outgoing, 'error').catch((reason: Error) => [reason])) as [{ code: string }]
  expect(error.code).toBe('ECONNREFUSED')
})

test('whoever waits for what can no longer happen is told so', async () => {
  const local = await started({ functions: { quote: () => 1 } })
  const waiting = caught(local.until(() => false))
  await local.stop()
  expect((await waiting).message).toBe('The local Lambda was stopped before the condition held.')
})

test('a condition that has held is not asked again', async () => {
  const local = await started({ functions: { quote: () => 1 } })
  let askedTimes = 0
  await local.until(() => {
    askedTimes += 1
    return true
  })
  await send(local).gone
  expect(askedTimes).toBe(1)
})

test('a condition that throws is passed on', async () => {
  const local = await started({ functions: { quote: () => 1 } })
  const failing = local.until(() => {
    throw new RangeError('no')
  })
  expect(await caught(failing)).toBeInstanceOf(RangeError)
})

test('await using stops it', async () => {
  let endpoint = ''
  {
    await using local = await startLocalLambda({ functions: { quote: () => 1 } })
    endpoint = local.endpoint
  }
  const outgoing = request(endpoint, { agent: false })
  outgoing.end()
  expect((await caught(once(outgoing, 'response'))).code).toBe('ECONNREFUSED')
})
