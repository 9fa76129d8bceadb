import {
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  TooManyRequestsException,
  type InvokeCommandInput,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createInvoker, type Invoker } from 'resilient-lambda'
import { fakeClock, type FakeClock } from 'resilient-lambda/testing'
import { failureOf } from '../invoker/support.js'
import { attemptOf } from './support.js'

const client = new LambdaClient({ region: 'eu-west-1' })
const mock = mockClient(client)
let lambda: Invoker
let clock: FakeClock

beforeEach(() => {
  mock.reset()
  clock = fakeClock()
  lambda = createInvoker({ client, clock })
})

function json(value: unknown): NonNullable<InvokeCommandOutput['Payload']> {
  return new TextEncoder().encode(JSON.stringify(value)) as NonNullable<InvokeCommandOutput['Payload']>
}

function sent(): InvokeCommandInput[] {
  return mock.commandCalls(InvokeCommand).map((call) => call.args[0].input)
}

describe('what the SDK is handed', () => {
  beforeEach(() => mock.on(InvokeCommand).resolves({ Payload: json(1) }))

  it('is an InvokeCommand with the name and the payload as JSON, and nothing that was not asked for', async () => {
    expect(await lambda('quote').invoke({ sku: 'A1' })).toBe(1)
    expect(sent()).toEqual([{ FunctionName: 'quote', Payload: new TextEncoder().encode('{"sku":"A1"}') }])
  })

  it('has no payload where there is none', async () => {
    await lambda('quote').invoke()
    expect(sent()).toEqual([{ FunctionName: 'quote' }])
  })

  it('has all that was asked for', async () => {
    const context = { custom: { tier: 'gold' } }
    await lambda('quote:live').tenant('a').logs().clientContext(context).invoke()
    expect(sent()).toEqual([
      {
        FunctionName: 'quote',
        Qualifier: 'live',
        TenantId: 'a',
        LogType: 'Tail',
        ClientContext: Buffer.from(JSON.stringify(context)).toString('base64'),
      },
    ])
  })

  it('has the ARN as it was given', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:quote'
    await lambda(`${arn}:7`).invoke()
    expect(sent()).toEqual([{ FunctionName: arn, Qualifier: '7' }])
  })

  it('comes with options, without which a client that caches its middleware would ignore ours', async () => {
    await lambda('quote').invoke()
    const [, options] = mock.call(0).args as unknown as [unknown, { abortSignal: AbortSignal }]
    expect(options.abortSignal).toBeInstanceOf(AbortSignal)
  })

  it('is a new command for each attempt', async () => {
    mock.reset()
    mock
      .on(InvokeCommand)
      .rejectsOnce(throttled())
      .resolves({ Payload: json(1) })
    await clock.runUntil(lambda('quote').invoke({ sku: 'A1' }))
    const [first, second] = mock.commandCalls(InvokeCommand).map((call) => call.args[0])
    expect(second).not.toBe(first)
    expect(second?.input).toEqual(first?.input)
  })

  it('is the same with a mocked class, for the clients that the invoker makes', async () => {
    const all = mockClient(LambdaClient)
    try {
      all.on(InvokeCommand).resolves({ Payload: json(2) })
      expect(await createInvoker({ region: 'eu-west-1' })('quote').invoke()).toBe(2)
    } finally {
      all.restore()
    }
  })
})

describe('what a mock answers', () => {
  it('is a value with its metadata', async () => {
    mock.on(InvokeCommand).resolves({
      Payload: json({ total: 1 }),
      ExecutedVersion: '7',
      LogResult: Buffer.from('END').toString('base64'),
      DurableExecutionArn: 'arn:x',
      $metadata: { requestId: 'req-7' },
    })
    expect(await lambda('quote').safeInvoke()).toMatchObject({
      ok: true,
      value: { total: 1 },
      meta: { requestId: 'req-7', executedVersion: '7', logTail: 'END', durableExecutionArn: 'arn:x' },
    })
  })

  it.each([
    ['missing', {}],
    ['empty', { Payload: new Uint8Array() as NonNullable<InvokeCommandOutput['Payload']> }],
    ['null', { Payload: null as never }],
  ])('is undefined when the payload is %s', async (_, output) => {
    mock.on(InvokeCommand).resolves(output)
    expect(await lambda('quote').invoke()).toBeUndefined()
  })

  it('is refused when it cannot come from Lambda, rather than taken for nothing', async () => {
    mock.on(InvokeCommand).resolves({ Payload: '{"total":1}' as never })
    expect((await failureOf(lambda('quote').invoke())).code).toBe('ReplyNotDecodable')
  })

  it('is refused when the mock was not told what to answer, and the error says so', async () => {
    const error = await failureOf(lambda('quote').invoke())
    expect(error).toMatchObject({ code: 'ReplyNotDecodable', mayHaveRun: true })
    expect(error.message).toContain('as a mock does that was not told what to answer')
  })

  it('is an error of the function where it says so', async () => {
    mock.on(InvokeCommand).resolves({
      FunctionError: 'Unhandled',
      Payload: json({ errorType: 'TypeError', errorMessage: 'no', trace: ['at a'] }),
      ExecutedVersion: '7',
      LogResult: Buffer.from('END').toString('base64'),
      $metadata: { requestId: 'req-7' },
    })
    expect(await failureOf(lambda('quote').invoke())).toMatchObject({
      kind: 'function',
      mayHaveRun: true,
      requestId: 'req-7',
      remote: {
        errorType: 'TypeError',
        errorMessage: 'no',
        trace: ['at a'],
        executedVersion: '7',
        logTail: 'END',
      },
    })
  })

  it('is retried where that is safe', async () => {
    mock
      .on(InvokeCommand)
      .rejectsOnce(throttled())
      .rejectsOnce(throttled())
      .resolves({ Payload: json(1) })
    expect(await clock.runUntil(lambda('quote').invoke())).toBe(1)
    expect(sent()).toHaveLength(3)
  })

  it.each<[string, Error, 'no' | 'maybe']>([
    ["an answer of Lambda's that says so", throttled(), 'no'],
    ['a refused connection', network('ECONNREFUSED', 'connect'), 'no'],
    ['a connection that was reset at some time', network('ECONNRESET', 'read'), 'maybe'],
    ['a connection that hung up', network('ECONNRESET'), 'maybe'],
    ['a broken pipe', network('EPIPE', 'write'), 'maybe'],
    ['an error that says nothing', new Error('boom'), 'maybe'],
    ['a time-out', Object.assign(new Error('slow'), { name: 'TimeoutError' }), 'maybe'],
  ])('may have run unless that can be ruled out: %s', async (_, error, ran) => {
    mock.on(InvokeCommand).rejects(error)
    expect(await attemptOf(lambda('quote'))).toMatchObject({ ran })
    const again = await clock.runUntil(lambda('quote').retry({ attempts: 2 }).safeInvoke())
    expect(again.meta.attempts).toHaveLength(ran === 'no' ? 2 : 1)
  })

  it('is left alone where it is for other commands', async () => {
    mock.on(ListFunctionsCommand).resolves({ Functions: [] })
    mock.on(InvokeCommand).resolves({ Payload: json(1) })
    await lambda('quote').invoke()
    expect(await client.send(new ListFunctionsCommand({}))).toEqual({ Functions: [] })
  })
})

function throttled(): TooManyRequestsException {
  return new TooManyRequestsException({
    message: 'Rate Exceeded.',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    $metadata: { httpStatusCode: 429 },
  })
}

function network(code: string, syscall?: string): Error {
  return Object.assign(new Error(code), { code, ...(syscall !== undefined && { syscall }) })
}
