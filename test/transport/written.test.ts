import { channel } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { Agent } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import type { Fault } from 'resilient-lambda/testing'
import { watchTraffic } from '../wire/traffic.js'
import { BY_SDK } from './sending-by.js'
import { attemptOf, start } from './support.js'

const LARGE = 'x'.repeat(5_900_000)
type RequestHandler = NonNullable<LambdaClientConfig['requestHandler']>

const requestStart = channel('http.client.request.start')

describe('whether the function can have run', () => {
  it('is no when the connection was reset before the last byte', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'resetWhileReading' })
    expect(await attemptOf(lambda('quote'), LARGE)).toMatchObject({ ran: 'no' })
    expect(local.executions).toEqual([])
  })

  it('is no when it was reset in the middle of the payload', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'resetWhileReading', afterBytes: 100_000 })
    expect(await attemptOf(lambda('quote'), LARGE)).toMatchObject({ ran: 'no' })
  })

  it('is maybe when it was reset after the last byte', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'resetAfterReading', executed: true })
    expect(await attemptOf(lambda('quote'), LARGE)).toMatchObject({ ran: 'maybe', code: 'ConnectionReset' })
    expect(local.executions).toHaveLength(1)
  })

  it("is no when the client's own time-out came before the last byte", async () => {
    const { local, lambda } = await start({
      client: { requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true } },
    })
    local.connectionFaults.always({ type: 'hangBeforeAccept' })
    const unwritten = { ran: 'no', code: 'RequestTimedOut' }
    const { meta } = await lambda('quote').retry({ attempts: 2, baseDelay: 0 }).safeInvoke(LARGE)
    expect(meta.attempts).toMatchObject([unwritten, unwritten])
    expect(await attemptOf(lambda('quote'), 'small')).toMatchObject({ ran: 'maybe', code: 'RequestTimedOut' })
  })

  it('is no when the other side never shook hands, also after the request is given up', async () => {
    const { local } = await start()
    local.connectionFaults.always({ type: 'hangBeforeAccept' })
    const endpoint = local.endpoint.replace('http:', 'https:')
    const lambda = createInvoker({ ...local.clientSettings, endpoint })
    onTestFinished(() => lambda.destroy())
    const chain = lambda('quote').timeout('50ms').retry({ attempts: 2, baseDelay: 0 })
    const { meta } = await chain.safeInvoke({})
    const unwritten = { ran: 'no', code: 'AttemptTimedOut' }
    expect(meta.attempts).toMatchObject([unwritten, unwritten])
  })

  it('is what lets a call that is not idempotent go on, and what stops it', async () => {
    const { local, lambda } = await start()
    local.faults('quote').next({ type: 'resetWhileReading' }, { type: 'resetAfterReading', executed: true })
    const result = await lambda('quote').retry({ baseDelay: 0 }).safeInvoke(LARGE)
    expect(result.meta.attempts).toMatchObject([
      { ran: 'no', decision: { action: 'retry' } },
      { ran: 'maybe', decision: { action: 'stop' } },
    ])
    expect(result).toMatchObject({ ok: false, error: { mayHaveRun: true } })
    expect(local.executions).toHaveLength(1)
  })

  it.each<[string, Fault]>([
    ['closed after the request', { type: 'closeAfterReading' }],
    ['answered with garbage', { type: 'garbage' }],
  ])('is maybe when the connection was %s', async (_, fault) => {
    const { local, lambda } = await start()
    local.faults('quote').always(fault)
    expect(await attemptOf(lambda('quote'))).toMatchObject({ ran: 'maybe' })
  })

  it('is yes when the reply was cut', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'cutReply' })
    const attempt = await attemptOf(lambda('quote'))
    expect(attempt).toMatchObject({ ran: 'yes', code: 'ResponseCut' })
    expect(attempt.requestId).toBe(local.requests[0]?.requestId)
  })

  it('is no when nobody listens', async () => {
    const { local, lambda } = await start()
    await local.refuseConnections()
    expect(await attemptOf(lambda('quote'))).toMatchObject({ ran: 'no', code: 'ConnectionRefused' })
  })

  it('is maybe when the caller gave up on a request that was out', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'stallHead' })
    const controller = new AbortController()
    const attempt = attemptOf(lambda('quote'), {}, controller.signal)
    await local.until(({ requests }) => requests[0]?.whole === true)
    controller.abort()
    expect(await attempt).toMatchObject({ ran: 'maybe', code: 'Aborted' })
    await local.until(({ openSockets }) => openSockets === 0)
  })

  it('is yes when he gave up while the reply was coming', async () => {
    const { local, lambda } = await start()
    const traffic = watchTraffic()
    onTestFinished(() => traffic.stop())
    local.faults('quote').always({ type: 'stallReply' })
    const controller = new AbortController()
    const attempt = attemptOf(lambda('quote'), {}, controller.signal)
    await traffic.until(() => traffic.heads === 1)
    // What hears of the head after the test does so in the same turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect(await attempt).toMatchObject({ ran: 'yes', code: 'Aborted' })
    await local.until(({ openSockets }) => openSockets === 0)
  })

  it('is no when he gave up while the request waited for a socket', async () => {
    const agent = new NotingAgent({ keepAlive: true, maxSockets: 1 })
    const { local, lambda } = await start({ client: { requestHandler: { httpAgent: agent } } })
    local.faults('quote').always({ type: 'stallHead' })
    const first = new AbortController()
    const busy = attemptOf(lambda('quote'), 1, first.signal)
    await local.until(({ requests }) => requests.length === 1)
    const second = new AbortController()
    const noted = once(agent.noted, 'queued')
    const queued = attemptOf(lambda('quote'), 2, second.signal)
    await noted
    second.abort()
    expect(await queued).toMatchObject({ ran: 'no', code: 'Aborted' })
    first.abort()
    expect(await busy).toMatchObject({ ran: 'maybe' })
    // Not that no connection is left: newer Nodes open one for the request that waited, and keep it for the next.
    expect(local.requests).toHaveLength(1)
  })

  // The lean transport refuses such clients: it would leave out what their handlers do.
  it.runIf(BY_SDK)('is maybe with a request handler of which nothing is known', async () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' })
    const { lambda } = await start({ client: { requestHandler: { handle: () => Promise.reject(reset) } } })
    expect(await attemptOf(lambda('quote'))).toMatchObject({ ran: 'maybe', code: 'ConnectionReset' })
  })

  it.runIf(BY_SDK)('is maybe with a handler that adds something to the one of Node', async () => {
    const ofNode = new LambdaClient({ region: 'eu-west-1' }).config.requestHandler
    class OwnHandler extends (ofNode.constructor as new () => object) {}
    const { local, lambda } = await start({ client: { requestHandler: new OwnHandler() as RequestHandler } })
    local.faults('quote').always({ type: 'resetWhileReading' })
    expect(await attemptOf(lambda('quote'), LARGE)).toMatchObject({ ran: 'maybe' })
  })

  it.runIf(BY_SDK)('is maybe with the one of Node, where something else sends in its place', async () => {
    const { client, lambda } = await start()
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET', syscall: 'read' })
    client.config.requestHandler.handle = () => Promise.reject(reset)
    expect(await attemptOf(lambda('quote'))).toMatchObject({ ran: 'maybe', code: 'ConnectionReset' })
  })

  it('is no also in a bundle that has given the handler of Node another name', async () => {
    const { local, client, lambda } = await start()
    const handlerClass = client.config.requestHandler.constructor
    const { name } = handlerClass
    onTestFinished(() => void Object.defineProperty(handlerClass, 'name', { value: name }))
    Object.defineProperty(handlerClass, 'name', { value: 't' })
    local.faults('quote').always({ type: 'resetWhileReading' })
    expect(await attemptOf(lambda('quote'), LARGE)).toMatchObject({ ran: 'no' })
  })
})

// The lean transport writes to its sockets itself.
describe.runIf(BY_SDK)("the watch over Node's requests", () => {
  it('is kept while a request is under way, and given up a turn after the last', async () => {
    const { local, lambda } = await start({ functions: { quote: () => requestStart.hasSubscribers } })
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
    expect(await Promise.all([lambda('quote').invoke(), lambda('quote').invoke()])).toEqual([true, true])
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
    local.faults('quote').next({ type: 'resetAfterReading' }, { type: 'stallHead' })
    await attemptOf(lambda('quote'))
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
    const controller = new AbortController()
    const attempt = attemptOf(lambda('quote'), {}, controller.signal)
    await local.until(({ requests }) => requests[3]?.whole === true)
    expect(requestStart.hasSubscribers).toBe(true)
    controller.abort()
    await attempt
    await local.until(({ openSockets }) => openSockets === 0)
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
  })

  it('is not kept for a handler that never comes back', async () => {
    const handling = new EventEmitter()
    const handle = (): Promise<never> => {
      handling.emit('request')
      return new Promise(() => {})
    }
    const { lambda } = await start({ client: { requestHandler: { handle } } })
    const controller = new AbortController()
    const attempt = attemptOf(lambda('quote'), {}, controller.signal)
    await once(handling, 'request')
    controller.abort()
    expect(await attempt).toMatchObject({ ran: 'maybe', code: 'Aborted' })
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
  })

  it('does not take one request for another', async () => {
    const { local, lambda } = await start({ functions: { quote: () => 1, other: () => 2 } })
    local.faults('quote').always({ type: 'resetWhileReading' })
    const [lost, answered] = await Promise.all([
      attemptOf(lambda('quote'), LARGE),
      attemptOf(lambda('other'), {}),
    ])
    expect([lost.ran, answered.ran]).toEqual(['no', 'yes'])
  })
})

/** Says when a request has to wait for a socket. */
class NotingAgent extends Agent {
  readonly noted: EventEmitter = new EventEmitter()

  addRequest(...args: unknown[]): void {
    const add = Reflect.get(Agent.prototype, 'addRequest') as (...args: unknown[]) => void
    add.apply(this, args)
    if (Object.keys(this.requests).length > 0) this.noted.emit('queued')
  }
}
