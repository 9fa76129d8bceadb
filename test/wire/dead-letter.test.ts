import { SQSClient } from '@aws-sdk/client-sqs'
import { createInvoker, type CallEvent } from 'resilient-lambda'
import { lambdaDeadLetter, sqsDeadLetter, type DeadLetterMessage } from 'resilient-lambda/dead-letter'
import { fakeClock, startLocalLambda } from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startQueue } from '../dead-letter/sqs-stub.js'
import { expectNothingLeft, resources, turnsUntil } from './leftovers.js'

async function start() {
  const local = await startLocalLambda({ functions: { quote: () => 'a quote', standby: () => 'another' } })
  const queue = await startQueue()
  const { credentials } = local.clientSettings
  const client = new SQSClient({ region: 'eu-west-1', endpoint: queue.endpoint, credentials, maxAttempts: 1 })
  const clock = fakeClock()
  const events: CallEvent[] = []
  const lambda = createInvoker({
    ...local.clientSettings,
    clock,
    defaults: { retry: false, deadLetter: { sink: sqsDeadLetter({ queueUrl: queue.url, client }) } },
    observers: [(event) => events.push(event)],
  })
  onTestFinished(async () => {
    lambda.destroy()
    client.destroy()
    await Promise.all([local.stop(), queue[Symbol.asyncDispose]()])
  })
  const letters = (): DeadLetterMessage[] =>
    queue.sent.map(({ MessageBody }) => JSON.parse(MessageBody) as DeadLetterMessage)
  return { local, queue, clock, lambda, events, letters }
}

describe('a dead letter over real sockets', () => {
  it('tells the queue of every target that was tried, once', async () => {
    const { local, lambda, letters } = await start()
    local.faults('quote').always({ type: 'throttle' })
    local.faults('standby').always({ type: 'cutReply' })
    const result = await lambda('quote').failover(['standby']).safeInvoke({ sku: 'A1' })
    expect(result).toMatchObject({ ok: false, error: { deadLetter: 'sent', mayHaveRun: true } })
    expect(letters()).toMatchObject([
      {
        version: 1,
        target: 'quote',
        payload: { sku: 'A1' },
        mayHaveRun: true,
        error: {
          code: 'ResponseCut',
          attempts: [{ code: 'TooManyRequestsException' }, { target: 'standby', code: 'ResponseCut' }],
        },
      },
    ])
    expect(local.executions.map(({ function: name }) => name)).toEqual(['standby'])
  })

  it('is none for a call that was answered, by whomever', async () => {
    const { local, lambda, queue } = await start()
    local.faults('quote').always({ type: 'throttle' })
    expect(await lambda('quote').failover(['standby']).invoke()).toBe('another')
    expect(await lambda('quote').fallback('cached').invoke()).toBe('cached')
    expect(queue.sent).toEqual([])
  })

  it('hides nothing when the queue refuses it, cuts the connection or is gone', async () => {
    const { local, lambda, queue, events } = await start()
    local.faults('quote').always({ type: 'error', name: 'ServiceException' })
    for (const trouble of [400, 'cut'] as const) {
      queue.troubles.push(trouble)
      expect(await lambda('quote').safeInvoke()).toMatchObject({
        error: {
          code: 'ServiceException',
          deadLetter: 'failed',
          message: expect.stringContaining('was not sent'),
        },
      })
    }
    await queue[Symbol.asyncDispose]()
    expect(await lambda('quote').safeInvoke()).toMatchObject({ error: { deadLetter: 'failed' } })
    const failures = events.filter((event) => event.type === 'deadLetter.failed')
    expect(failures.map(({ error }) => error.message)).toEqual([
      'no',
      expect.stringMatching(/ECONNRESET|socket hang up/),
      expect.stringContaining('ECONNREFUSED'),
    ])
  })

  it('holds the caller up no longer than its limit when the queue hangs, and leaves nothing behind', async () => {
    const { local, lambda, queue, clock, events } = await start()
    local.faults('quote').always({ type: 'throttle' })
    queue.troubles.push('hang')
    const stop = new AbortController()
    const before = resources()
    const call = lambda('quote').safeInvoke({}, { signal: stop.signal })
    expect(await turnsUntil(() => queue.troubles.length === 0, 100_000)).toBe(true)
    await clock.advance('5s')
    expect(await call).toMatchObject({
      error: { code: 'TooManyRequestsException', deadLetter: 'failed', elapsedMs: 5_000 },
    })
    expect(events.at(-2)).toMatchObject({ type: 'deadLetter.failed', durationMs: 5_000 })
    expect(clock.pending).toBe(0)
    lambda.destroy()
    await local.until(({ openSockets }) => openSockets === 0)
    await expectNothingLeft(before, stop.signal)
  })

  it('says what of the payload it could not keep, where a codec of the user sends more than JSON has', async () => {
    const { local, lambda, letters } = await start()
    local.faults('quote').always({ type: 'throttle' })
    const codec = {
      encode: (value: unknown) => JSON.stringify([...(value as { lines: Map<string, number> }).lines]),
      decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
    }
    const result = await lambda('quote')
      .codec(codec)
      .safeInvoke({ lines: new Map([['A1', 2]]) })
    expect(local.requestsOf('quote')).toMatchObject([{ status: 429 }])
    expect(letters()).toMatchObject([{ payload: { lines: {} }, payloadChanged: 'a Map at payload.lines' }])
    const told = 'what JSON cannot keep of its payload: a Map at payload.lines'
    expect(result).toMatchObject({
      error: { deadLetter: 'failed', message: expect.stringContaining(told) },
    })
  })

  it('can be taken by a function, which Lambda runs afterwards', async () => {
    const { local, lambda } = await start()
    local.faults('quote').always({ type: 'throttle' })
    const { LambdaClient } = await import('@aws-sdk/client-lambda')
    const client = new LambdaClient(local.clientSettings)
    onTestFinished(() => client.destroy())
    const chain = lambda('quote').deadLetter(lambdaDeadLetter({ function: 'standby', client }))
    expect(await chain.safeInvoke()).toMatchObject({ error: { deadLetter: 'sent' } })
    await local.settled()
    expect(local.requests.map(({ invocationType, status }) => [invocationType, status])).toEqual([
      ['RequestResponse', 429],
      ['Event', 202],
    ])
    expect(local.executions.map(({ function: name }) => name)).toEqual(['standby'])
  })
})
