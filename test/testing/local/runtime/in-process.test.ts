import type { Handler } from 'aws-lambda'
import { expect, test } from 'vitest'
import type { LambdaContext, LambdaHandler } from '../../../../src/testing/local/index.js'
import { caught, latch, start } from '../support.js'

test('a handler gets a true context', async () => {
  let seen: LambdaContext | undefined
  const handler: LambdaHandler = (_, context) => {
    seen = context
    return context.getRemainingTimeInMillis()
  }
  const { local, invoke } = await start({
    functions: {
      quote: { handler, timeout: '2s', memoryMb: 256, versions: { 1: handler }, aliases: { live: '1' } },
    },
    region: 'eu-west-1',
  })
  const clientContext = Buffer.from('{"custom":{"user":"ann"}}').toString('base64')
  const { payload } = await invoke({ Qualifier: 'live', ClientContext: clientContext, TenantId: 'blue' })
  expect(payload).toBeGreaterThan(0)
  expect(payload).toBeLessThanOrEqual(2_000)
  expect(seen).toMatchObject({
    awsRequestId: local.requests[0]?.requestId,
    functionName: 'quote',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:quote:live',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/quote',
    logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[1\][0-9a-f]{32}$/) as string,
    clientContext: { custom: { user: 'ann' } },
    tenantId: 'blue',
    callbackWaitsForEmptyEventLoop: true,
  })
})

test.each(['no base64 of JSON', Buffer.from('"text"').toString('base64'), 'x'.repeat(3_584)])(
  'a client context that is no object, or too long, is answered 400',
  async (ClientContext) => {
    const { local, invoke } = await start({ functions: { quote: () => 1 } })
    expect(await caught(invoke({ ClientContext }))).toMatchObject({ name: 'InvalidRequestContentException' })
    expect(local.executions).toHaveLength(0)
  },
)

const typed: Handler<{ sku: string }, { price: number }> = async ({ sku }) => ({ price: sku.length })
const narrow = async ({ sku }: { sku: string }): Promise<string> => sku

test('handlers of the usual types are handlers here', async () => {
  const { invoke } = await start({ functions: { quote: typed, narrow: { handler: narrow } } })
  expect((await invoke({ Payload: '{"sku":"A1"}' })).payload).toEqual({ price: 2 })
  expect((await invoke({ FunctionName: 'narrow', Payload: '{"sku":"A1"}' })).payload).toBe('A1')
})

test.each<[string, LambdaHandler]>([
  ['its callback', (_event, _context, callback) => callback(null, 'done')],
  [
    'its callback, later',
    (_event, _context, callback) => void setImmediate(() => callback(undefined, 'done')),
  ],
  ['context.succeed', (_event, context) => context.succeed('done')],
  ['context.done', (_event, context) => context.done(null, 'done')],
  ['a promise', () => Promise.resolve('done')],
  ['what it returns', () => 'done'],
])('a handler may answer through %s', async (_, quote) => {
  const { invoke } = await start({ functions: { quote } })
  expect(await invoke()).toMatchObject({ payload: 'done', functionError: undefined })
})

const oops = (): never => {
  throw new RangeError('out of range')
}

test.each<[string, LambdaHandler]>([
  ['throws', oops],
  ['rejects', async () => oops()],
  ['calls back with an error', (_event, _context, callback) => callback(new RangeError('out of range'))],
  ['calls context.fail', (_event, context) => context.fail(new RangeError('out of range'))],
])("a handler that %s is answered 200 with a function error of the runtime's shape", async (_, quote) => {
  const { local, invoke } = await start({ functions: { quote } })
  expect(await invoke()).toMatchObject({
    status: 200,
    functionError: 'Unhandled',
    version: '$LATEST',
    payload: {
      errorType: 'RangeError',
      errorMessage: 'out of range',
      trace: expect.arrayContaining(['RangeError: out of range']) as string[],
    },
  })
  expect(local.executions).toMatchObject([{ outcome: 'error', errorType: 'RangeError' }])
})

test('what is thrown and is no Error is named by its type', async () => {
  // oxlint-disable-next-line prefer-promise-reject-errors -- this is what is tested
  const { invoke } = await start({ functions: { quote: () => Promise.reject('plain text') } })
  expect((await invoke()).payload).toEqual({ errorType: 'string', errorMessage: 'plain text', trace: [] })
})

test('a result that is no JSON is a Runtime.MarshalError', async () => {
  const { invoke } = await start({ functions: { quote: () => ({ id: 1n }) } })
  expect(await invoke()).toMatchObject({
    functionError: 'Unhandled',
    payload: { errorType: 'Runtime.MarshalError' },
  })
})

test('a result of up to 6,291,556 bytes is sent, a larger one is Function.ResponseSizeTooLarge', async () => {
  let sizeBytes = 6_291_556
  const { invoke } = await start({ functions: { quote: () => 'x'.repeat(sizeBytes - 2) } })
  expect(await invoke()).toMatchObject({ functionError: undefined })
  sizeBytes += 1
  expect(await invoke()).toMatchObject({
    functionError: 'Unhandled',
    payload: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
  })
})

test('at the time limit the caller is answered, and what the handler answers later is not heard', async () => {
  const late = latch()
  const { local, invoke } = await start({
    functions: { quote: { handler: () => late.opened.then(() => 'late'), timeout: '20ms' } },
  })
  const { payload, functionError, requestId } = await invoke()
  expect(functionError).toBe('Unhandled')
  expect(payload).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.02 seconds`,
  })
  late.open()
  await local.settled()
  expect(local.executions).toMatchObject([{ outcome: 'timeout', errorType: 'Sandbox.Timedout' }])
})

test('an environment is warm for the next call, and a new one starts when all are busy', async () => {
  const gate = latch()
  const { local, invoke } = await start({
    functions: { quote: (event) => (event === 'wait' ? gate.opened : undefined) },
  })
  const waiting = invoke({ Payload: '"wait"' })
  await local.until(({ executions }) => executions.length === 1)
  await invoke()
  gate.open()
  await waiting
  await invoke()
  expect(local.executions.map(({ coldStart }) => coldStart)).toEqual([true, true, false])
  expect(new Set(local.executions.map(({ environment }) => environment)).size).toBe(2)
})

test('a new environment takes its cold start longer, before the handler and outside its time limit', async () => {
  const { invoke } = await start({
    functions: { quote: { handler: () => 'up', coldStart: '60ms', timeout: '50ms' } },
  })
  const beganMs = performance.now()
  expect(await invoke()).toMatchObject({ payload: 'up' })
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(59)
})

test('calls beyond the reserved concurrency are answered 429 with the reason, and run nothing', async () => {
  const gate = latch()
  const { local, invoke } = await start({
    functions: { quote: { handler: () => gate.opened, reservedConcurrency: 1 } },
  })
  const first = invoke()
  await local.until(({ executions }) => executions.length === 1)
  const error = await caught(invoke())
  expect(error).toMatchObject({
    name: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    $metadata: { httpStatusCode: 429 },
  })
  gate.open()
  await first
  expect((await invoke()).status).toBe(200)
  expect(local.executions).toHaveLength(2)
})

test('events beyond the reserved concurrency wait for a place', async () => {
  const gate = latch()
  const { local, invoke } = await start({
    functions: { quote: { handler: () => gate.opened, reservedConcurrency: 1 } },
  })
  await invoke({ InvocationType: 'Event' })
  await invoke({ InvocationType: 'Event' })
  expect(local.executions).toHaveLength(1)
  gate.open()
  await local.settled()
  expect(local.executions).toMatchObject([{ outcome: 'success' }, { outcome: 'success' }])
})

test('a reserved concurrency of 0 runs nothing at all', async () => {
  const { local, invoke } = await start({
    functions: { quote: { handler: () => 1, reservedConcurrency: 0 } },
  })
  expect(await caught(invoke())).toMatchObject({ name: 'TooManyRequestsException' })
  expect((await invoke({ InvocationType: 'Event' })).status).toBe(202)
  await local.settled()
  expect(local.executions).toHaveLength(0)
})

test('a caller who goes away does not stop the handler', async () => {
  const gate = latch()
  const { local, invoke } = await start({ functions: { quote: () => gate.opened } })
  const leaving = new AbortController()
  const gone = caught(invoke({}, leaving.signal))
  await local.until(({ executions }) => executions.length === 1)
  leaving.abort()
  expect((await gone).name).toBe('AbortError')
  await local.until(({ openSockets }) => openSockets === 0)
  gate.open()
  await local.settled()
  expect(local.executions).toMatchObject([{ outcome: 'success' }])
})
