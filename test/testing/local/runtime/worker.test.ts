import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { handlerModule, post, start } from '../support.js'

const PATH = '/2015-03-31/functions/quote/invocations'

test('a module is loaded once per environment, and its environment stays warm', async () => {
  const { local, invoke } = await start({ functions: { quote: { module: handlerModule('quote') } } })
  expect(await invoke({ Payload: '{"sku":"A1"}' })).toMatchObject({ payload: { sku: 'A1', calls: 1 } })
  expect(await invoke({ Payload: '{"sku":"B2"}' })).toMatchObject({ payload: { sku: 'B2', calls: 2 } })
  expect(local.executions).toMatchObject([
    { coldStart: true, environment: 'quote:$LATEST#1', outcome: 'success' },
    { coldStart: false, environment: 'quote:$LATEST#1', outcome: 'success' },
  ])
})

test('a module may be a path, a relative path, a file URL as text or as a URL, and CommonJS', async () => {
  const { invoke } = await start({
    functions: {
      relative: { module: 'test/testing/local/handlers/quote.mjs' },
      text: { module: pathToFileURL(handlerModule('quote')).href },
      url: { module: pathToFileURL(handlerModule('quote')) },
      common: { module: handlerModule('common').replace('.mjs', '.cjs') },
    },
  })
  for (const FunctionName of ['relative', 'text', 'url']) {
    expect((await invoke({ FunctionName })).payload).toMatchObject({ calls: 1 })
  }
  expect((await invoke({ FunctionName: 'common' })).payload).toBe('from CommonJS')
})

test('a worker sees the environment of a Lambda function, and never the AWS settings of this process', async () => {
  process.env['AWS_PROFILE'] = 'production'
  onTestFinished(() => void delete process.env['AWS_PROFILE'])
  const { local, invoke } = await start({
    region: 'eu-west-1',
    functions: {
      quote: {
        module: handlerModule('inspects'),
        memoryMb: 256,
        timeout: '2s',
        environment: { COLOUR: 'red' },
        versions: { 1: { module: handlerModule('inspects') } },
      },
    },
  })
  const { payload } = await invoke({ Qualifier: '1', TenantId: 'blue' })
  expect(payload).toMatchObject({
    variables: {
      AWS_LAMBDA_FUNCTION_NAME: 'quote',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      COLOUR: 'red',
    },
    context: {
      awsRequestId: local.requests[0]?.requestId,
      functionName: 'quote',
      functionVersion: '1',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:quote:1',
      memoryLimitInMB: '256',
      tenantId: 'blue',
    },
  })
  const { variables, remainingMs } = payload as { variables: object; remainingMs: number }
  expect(variables).not.toHaveProperty('AWS_PROFILE')
  expect(remainingMs).toBeGreaterThan(0)
  expect(remainingMs).toBeLessThanOrEqual(2_000)
})

test('the trace header of a request is the trace of its worker, and of no later one', async () => {
  const { local } = await start({ functions: { quote: { module: handlerModule('inspects') } } })
  const trace = async (headers = {}): Promise<unknown> =>
    (JSON.parse((await post(local, PATH, '{}', headers)).body) as { variables: object }).variables
  expect(await trace({ 'x-amzn-trace-id': 'Root=1-2-3' })).toMatchObject({ _X_AMZN_TRACE_ID: 'Root=1-2-3' })
  expect(await trace()).not.toHaveProperty('_X_AMZN_TRACE_ID')
})

test('what a worker prints is in the tail of its log, with the level and the request', async () => {
  const { invoke } = await start({ functions: { quote: { module: handlerModule('prints') } } })
  const { log, requestId } = await invoke({ LogType: 'Tail' })
  expect(log).toMatch(new RegExp(`\t${requestId}\tINFO\thello world { a: 1 }\n`))
  expect(log).toMatch(new RegExp(`\t${requestId}\tERROR\toh\nraw\nEND RequestId: ${requestId}\n`))
})

test('two calls at once have an environment each', async () => {
  const { gate, arrivals, open } = await startGate()
  const { local, invoke } = await start({ functions: { quote: { module: handlerModule('waits') } } })
  const Payload = JSON.stringify({ gate })
  const both = Promise.all([invoke({ Payload }), invoke({ Payload })])
  await arrivals(2)
  expect(local.executions).toMatchObject([{ outcome: 'running' }, { outcome: 'running' }])
  open()
  expect((await both).map(({ payload }) => payload)).toEqual(['let through', 'let through'])
  expect((await invoke()).payload).toBe('at once')
  const environments = local.executions.map(({ environment }) => environment)
  expect(environments.slice(0, 2).toSorted()).toEqual(['quote:$LATEST#1', 'quote:$LATEST#2'])
  expect(environments.slice(0, 2)).toContain(environments[2])
})

test('the time limit kills a worker that is stuck, and the next call starts a new one', async () => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('busy'), timeout: '200ms' } },
  })
  const { payload, functionError, requestId, log } = await invoke({ LogType: 'Tail' })
  expect(functionError).toBe('Unhandled')
  expect(payload).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.20 seconds`,
  })
  expect(log).toContain('Task timed out after 0.20 seconds')
  await invoke()
  expect(local.executions).toMatchObject([
    { outcome: 'timeout', environment: 'quote:$LATEST#1' },
    { outcome: 'timeout', environment: 'quote:$LATEST#2', coldStart: true },
  ])
})

test('a heap that outgrows the memory ends the worker as Runtime.OutOfMemory', async () => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('hoard'), timeout: '15s' } },
  })
  const { payload, requestId } = await invoke()
  expect(payload).toEqual({
    errorType: 'Runtime.OutOfMemory',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  })
  expect(local.executions).toMatchObject([{ outcome: 'killed', errorType: 'Runtime.OutOfMemory' }])
})

test.each([
  [0, 'Runtime exited without providing a reason'],
  [127, 'Runtime exited with error: exit status 127'],
])('process.exit(%i) is Runtime.ExitError, and the next call starts a new worker', async (code, reason) => {
  const { local, invoke } = await start({ functions: { quote: { module: handlerModule('exits') } } })
  const { payload, requestId, log } = await invoke({ Payload: JSON.stringify({ code }), LogType: 'Tail' })
  expect(payload).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: ${reason}`,
  })
  expect(log).toContain('about to go\n')
  expect((await invoke()).payload).toBe('stayed')
  expect(local.executions).toMatchObject([{ outcome: 'killed' }, { outcome: 'success', coldStart: true }])
})

test('an unhandled rejection ends the worker', async () => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('strays'), export: 'rejection' } },
  })
  expect(await invoke()).toMatchObject({
    functionError: 'Unhandled',
    payload: {
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'RangeError: nobody listens',
      trace: expect.arrayContaining(['RangeError: nobody listens']) as string[],
    },
  })
  await invoke()
  expect(local.executions.map(({ outcome, coldStart }) => [outcome, coldStart])).toEqual([
    ['killed', true],
    ['killed', true],
  ])
})

test('a worker that dies between two calls is not used again', async () => {
  const watched = createNetServer()
  await once(watched.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void watched.close())
  const died = once(watched, 'connection').then(
    (connected) => new Promise((resolve) => (connected[0] as Socket).resume().once('close', resolve)),
  )
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('strays'), export: 'afterwards' } },
  })
  const { port } = watched.address() as AddressInfo
  expect((await invoke({ Payload: JSON.stringify({ port }) })).payload).toBe('answered')
  await died
  expect((await invoke()).payload).toBe('answered again')
  expect(local.executions).toMatchObject([
    { outcome: 'success', environment: 'quote:$LATEST#1' },
    { outcome: 'success', environment: 'quote:$LATEST#2' },
  ])
})

test('an uncaught exception ends the worker with the error itself', async () => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('strays'), export: 'exception' } },
  })
  expect((await invoke()).payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'nobody catches' })
  expect(local.executions).toMatchObject([{ outcome: 'killed' }])
})

test.each([
  ['the handler rejects', 'neverSettles', { errorType: 'Runtime.NodeJsExit' }, 'error'],
  ['a callback waits for what is left to do', 'waits', { steps: 2 }, 'success'],
  ['a callback that need not wait does not', 'hurries', { steps: 1 }, 'success'],
  ['no callback at all is null', 'forgets', null, 'success'],
])('when the event loop runs empty: %s', async (_, exported, payload, outcome) => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule('callbacks'), export: exported } },
  })
  const answers = [await invoke(), await invoke()]
  for (const answer of answers) {
    if (payload === null) expect(answer.payload).toBeNull()
    else expect(answer.payload).toMatchObject(payload)
  }
  expect(local.executions).toMatchObject([
    { outcome, coldStart: true },
    { outcome, coldStart: false },
  ])
})

test.each([
  ['throws', { errorType: 'RangeError', errorMessage: 'cannot start' }],
  ['exits', { errorType: 'Runtime.ExitError' }],
  ['hangs', { errorType: 'Sandbox.Timedout' }],
])('a module that %s while it is loaded has not run the handler', async (MODE, payload) => {
  const { local, invoke } = await start({
    functions: {
      quote: { module: handlerModule('loading'), environment: { MODE }, initTimeout: '300ms' },
    },
  })
  const answer = await invoke({ LogType: 'Tail' })
  expect(answer).toMatchObject({ status: 200, functionError: 'Unhandled', payload })
  expect(answer.log).toContain('loading\n')
  expect(local.executions).toHaveLength(0)
})

test.each([
  ['there-is-no-such-module', 'handler', 'Runtime.ImportModuleError', /^Error: Cannot find module/],
  ['missing-import', 'handler', 'Runtime.ImportModuleError', /^Error: Cannot find module/],
  ['quote', 'handel', 'Runtime.HandlerNotFound', /^handel is undefined or not a function$/],
])('the handler of %s#%s cannot be had: %s', async (name, exported, errorType, errorMessage) => {
  const { local, invoke } = await start({
    functions: { quote: { module: handlerModule(name), export: exported } },
  })
  expect((await invoke()).payload).toMatchObject({
    errorType,
    errorMessage: expect.stringMatching(errorMessage) as string,
  })
  expect(local.executions).toHaveLength(0)
})

test('a module that is no JavaScript is Runtime.UserCodeSyntaxError', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-lambda-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const module = join(folder, 'broken.mjs')
  await writeFile(module, 'export const handler = async () => {')
  const { invoke } = await start({ functions: { quote: { module } } })
  expect((await invoke()).payload).toMatchObject({
    errorType: 'Runtime.UserCodeSyntaxError',
    errorMessage: expect.stringMatching(/^SyntaxError: /) as string,
  })
})

test('a module that requires what is not there has no frame in the trace, as it has not run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-lambda-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const module = join(folder, 'requiring.cjs')
  await writeFile(module, "require('./missing.cjs')")
  const { invoke } = await start({ functions: { quote: { module } } })
  expect((await invoke()).payload).toMatchObject({ errorType: 'Runtime.ImportModuleError', trace: [] })
})

interface Gate {
  readonly gate: string
  readonly arrivals: (count: number) => Promise<void>
  readonly open: () => void
}

/** A place where handlers wait, in whichever thread they run. */
async function startGate(): Promise<Gate> {
  const waiting: ServerResponse[] = []
  const server = createServer((_, response) => void waiting.push(response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  async function arrivals(count: number): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one arrival after the other
    while (waiting.length < count) await once(server, 'request')
  }
  const gate = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { gate, arrivals, open: () => waiting.forEach((response) => response.end()) }
}
