import { Agent } from 'node:http'
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { createInvoker, type Fn, type Invoker } from 'resilient-lambda'
import {
  createScript,
  fakeClock,
  startLocalLambda,
  type Fault,
  type LocalLambda,
} from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeHandlerConfigOf } from '../../src/transport/node-handler.js'
import { failureOf } from '../invoker/support.js'

type AnyFn = Fn<unknown, unknown>

async function start(): Promise<LocalLambda> {
  const local = await startLocalLambda({
    functions: {
      quote: { handler: () => 1, timeout: '30s', versions: { 1: () => 1 }, aliases: { live: '1' } },
      report: { handler: () => 1, timeout: '15m' },
    },
  })
  onTestFinished(() => local.stop())
  return local
}

/** With the library's own client, or with one that was made so. */
function invokerOf(local: LocalLambda, handler?: LambdaClientConfig['requestHandler']): Invoker {
  const client =
    handler && new LambdaClient({ ...local.clientSettings, maxAttempts: 1, requestHandler: handler })
  const lambda = createInvoker(client ? { client } : local.clientSettings)
  onTestFinished(() => {
    lambda.destroy()
    client?.destroy()
  })
  return lambda
}

async function codes(fn: AnyFn): Promise<string[]> {
  return (await fn.timeoutLint()).map(({ code }) => code)
}

describe('timeoutLint()', () => {
  it('finds nothing where the limits fit, with one request and no execution', async () => {
    const local = await start()
    const lambda = invokerOf(local)
    expect(await lambda('quote').deadline('45s').timeout('20s').timeoutLint()).toEqual([])
    expect(local.requests).toMatchObject([
      { method: 'GET', path: '/2015-03-31/functions/quote/configuration', status: 200 },
    ])
    expect(local.executions).toHaveLength(0)
  })

  it('finds a function that goes on after the deadline', async () => {
    const lambda = invokerOf(await start())
    expect(await lambda('quote').deadline('5s').timeoutLint()).toEqual([
      {
        code: 'FunctionOutlivesDeadline',
        message:
          'The function may run for 30 s, but nobody waits longer than the deadline of 5 s: it then goes on unseen, and is billed.',
        advice: "Lower the function's own timeout to 5 s or less, or raise the deadline.",
        givenMs: { functionTimeout: 30_000, deadline: 5_000 },
      },
    ])
  })

  it('finds a timeout that can never fire', async () => {
    const lambda = invokerOf(await start())
    expect(await lambda('quote').timeout('31s').timeoutLint()).toEqual([
      {
        code: 'TimeoutNeverFires',
        message:
          'Lambda ends the function after 30 s, before the timeout of 31 s for an attempt can cut it off.',
        advice:
          'Set the timeout below 30 s, or leave it off: a function that ran into its own limit is told as Sandbox.Timedout.',
        givenMs: { functionTimeout: 30_000, timeout: 31_000 },
      },
    ])
  })

  it.each<[string, (fn: AnyFn) => AnyFn, string[]]>([
    ['limits that are the same', (fn) => fn.deadline('30s').timeout('30s'), []],
    ['a deadline just below', (fn) => fn.deadline(29_999), ['FunctionOutlivesDeadline']],
    ['no limits', (fn) => fn.deadline(false), []],
    ["the time that remains to a caller's own function", (fn) => fn.deadline(contextOf(100)), []],
    [
      'both wrong',
      (fn) => fn.deadline('1s').timeout('40s'),
      ['FunctionOutlivesDeadline', 'TimeoutNeverFires'],
    ],
  ])('judges %s', async (_, change, expected) => {
    const lambda = invokerOf(await start())
    expect(await codes(change(lambda('quote')))).toEqual(expected)
  })

  it('asks for the version or alias that is called', async () => {
    const local = await start()
    const lambda = invokerOf(local)
    await lambda('quote:live').timeoutLint()
    await lambda('quote').qualifier('1').timeoutLint()
    expect(local.requests.map(({ path }) => path)).toEqual([
      '/2015-03-31/functions/quote/configuration?Qualifier=live',
      '/2015-03-31/functions/quote/configuration?Qualifier=1',
    ])
  })

  it('finds a client that cuts a silent request before the answer may come', async () => {
    const local = await start()
    const cutting = invokerOf(local, { socketTimeout: 2_000 })
    expect(await cutting('quote').timeoutLint()).toMatchObject([
      { code: 'ClientCutsFirst', givenMs: { client: 2_000, answer: 30_000 } },
    ])
    expect(await codes(cutting('quote').timeout('1.5s'))).toEqual([])
    const throwing = invokerOf(local, { requestTimeout: 3_000, throwOnRequestTimeout: true })
    expect(await throwing('quote').timeoutLint()).toMatchObject([{ givenMs: { client: 3_000 } }])
    const warning = invokerOf(local, { requestTimeout: 3_000 })
    expect(await codes(warning('quote'))).toEqual((await onlyWarns()) ? [] : ['ClientCutsFirst'])
  })

  it('finds connections that a NAT gateway drops while a long function is silent', async () => {
    const local = await start()
    const off = new Agent({ keepAlive: false })
    const lambda = invokerOf(local, { httpAgent: off })
    const [finding] = await lambda('report').deadline(false).timeoutLint()
    expect(finding).toMatchObject({
      code: 'SilentConnectionDropped',
      givenMs: { answer: 900_000, idleLimit: 350_000 },
      message: expect.stringContaining('the client sends no TCP keep-alive'),
    })
    expect(await codes(lambda('report').deadline(false).timeout('350s'))).toEqual([])
    expect(await codes(lambda('quote'))).toEqual([])
    for (const covered of [invokerOf(local), invokerOf(local, {})])
      expect(await codes(covered('report').deadline(false))).toEqual([])
  })
})

describe('timeoutLint() without an answer', () => {
  it('names the permission that is missing, whether AWS says so or not', async () => {
    const local = await start()
    const lambda = invokerOf(local)
    local.faults('quote').next({ type: 'error', name: 'AccessDeniedException' })
    const unexplained = await failureOf(lambda('quote:live').timeoutLint())
    expect(unexplained).toMatchObject({
      code: 'AccessDeniedException',
      kind: 'permission',
      mayHaveRun: false,
    })
    expect(unexplained.message).toContain('Allow the caller lambda:GetFunctionConfiguration on quote:live.')
    local.faults('quote').next({
      type: 'error',
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::123456789012:assumed-role/web/i-1 is not authorized to perform: lambda:GetFunctionConfiguration on resource: arn:aws:lambda:us-east-1:123456789012:function:quote because no identity-based policy allows the lambda:GetFunctionConfiguration action',
    })
    const explained = await failureOf(lambda('quote').timeoutLint())
    expect(explained.denied?.action).toBe('lambda:GetFunctionConfiguration')
    expect(explained.message).toContain('Allow role web of account 123456789012')
  })

  it('says that there is no such function, and that nothing ran', async () => {
    const lambda = invokerOf(await start())
    expect(await failureOf(lambda('ghost').timeoutLint())).toMatchObject({
      code: 'ResourceNotFoundException',
      target: 'ghost',
      mayHaveRun: false,
    })
  })

  it.each<[string, Fault]>([
    ['an error of the service', { type: 'error', name: 'ServiceException' }],
    ['a reply that is cut', { type: 'cutReply' }],
    ['a page of a proxy', { type: 'html', status: 502 }],
    ['a connection that is reset', { type: 'resetAfterReading' }],
  ])('never says that the function may have run, as after %s', async (_, fault) => {
    const local = await start()
    const lambda = invokerOf(local, {})
    local.faults('quote').always(fault)
    const error = await failureOf(lambda('quote').timeoutLint())
    expect(error).toMatchObject({ kind: 'transient', mayHaveRun: false, verdict: { ran: 'no' } })
    expect(local.executions).toHaveLength(0)
  })

  it('gives up after 10 s', async () => {
    const local = await start()
    local.faults('quote').always({ type: 'stallHead' })
    const clock = fakeClock()
    const lambda = createInvoker({ ...local.clientSettings, clock })
    onTestFinished(() => lambda.destroy())
    const asked = failureOf(lambda('quote').timeoutLint())
    await local.until(() => local.requests.length === 1)
    await clock.advance('10s')
    expect(await asked).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 10_000, mayHaveRun: false })
    await local.until(() => local.openSockets === 0)
  })

  it('leaves no timer behind', async () => {
    const local = await start()
    const clock = fakeClock()
    const lambda = createInvoker({ ...local.clientSettings, clock })
    onTestFinished(() => lambda.destroy())
    await lambda('quote').timeoutLint()
    await failureOf(lambda('ghost').timeoutLint())
    expect(clock.pending).toBe(0)
  })

  it('asks nothing of a client for another region', async () => {
    const local = await start()
    const lambda = invokerOf(local, {})
    const elsewhere = lambda('arn:aws:lambda:eu-west-1:123456789012:function:quote')
    expect(await failureOf(elsewhere.timeoutLint())).toMatchObject({ code: 'RegionMismatch' })
    expect(local.requests).toHaveLength(0)
  })

  it('is refused where there is no AWS client to ask with', async () => {
    const lambda = createInvoker({ transport: createScript().transport })
    await expect(lambda('quote').timeoutLint()).rejects.toThrow(
      'timeoutLint must be asked of an invoker with an AWS client, but was asked of one with a transport of its own.',
    )
  })
})

function contextOf(remainingMs: number): { getRemainingTimeInMillis(): number } {
  return { getRemainingTimeInMillis: () => remainingMs }
}

/** Old SDKs end a request that takes too long; later ones warn, unless they are told to throw. */
async function onlyWarns(): Promise<boolean> {
  const { requestHandler } = new LambdaClient({ requestHandler: { requestTimeout: 1 } }).config
  return 'throwOnRequestTimeout' in ((await nodeHandlerConfigOf(requestHandler)) ?? {})
}
