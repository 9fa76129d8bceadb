import { Socket } from 'node:net'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { createInvoker, type InvokerOptions } from 'resilient-lambda'
import { startLocalLambda, type LocalLambda, type LocalLambdaOptions } from 'resilient-lambda/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { newSighting, type Sighting } from '../../src/transport/sighting.js'
import { OwnClient } from '../../src/transport/own-client.js'
import { OwnHandler } from '../../src/transport/own-handler.js'
import { failureOf } from '../invoker/support.js'
import { IS_PROJECTS_SDK } from '../wire/sdk-version.js'

interface World {
  readonly local: LocalLambda
  readonly lambda: ReturnType<typeof createInvoker>
}

async function start(
  functions: LocalLambdaOptions['functions'] = { echo: (event) => event ?? null },
  options: InvokerOptions = {},
): Promise<World> {
  const local = await startLocalLambda({ functions })
  const lambda = createInvoker({ ...local.clientSettings, ...options })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda }
}

it.runIf(IS_PROJECTS_SDK)('puts its middleware together once, and anew after another command', async () => {
  const { lambda } = await start()
  const resolve = vi.spyOn(InvokeCommand.prototype, 'resolveMiddleware')
  onTestFinished(() => resolve.mockRestore())
  for (let number = 0; number < 5; number++)
    expect(await lambda('echo').invoke({ number })).toEqual({ number })
  expect(resolve).toHaveBeenCalledOnce()
  await lambda('echo').timeoutLint()
  expect(await lambda('echo').invoke('again')).toBe('again')
})

it('mixes up none of many calls at once, while the credentials change with each', async () => {
  let asked = 0
  const credentials = async (): Promise<{
    accessKeyId: string
    secretAccessKey: string
    expiration: Date
  }> => {
    asked += 1
    // Always about to expire, so that each request asks anew.
    return { accessKeyId: `AKIA${asked}`, secretAccessKey: `secret ${asked}`, expiration: new Date() }
  }
  const { local, lambda } = await start(
    {
      both: (event, { clientContext }) => [
        event,
        (clientContext as { custom?: unknown } | undefined)?.custom,
      ],
    },
    { credentials, bulkhead: false },
  )
  const both = lambda('both').bulkhead(false)
  const numbers = Array.from({ length: 300 }, (_, number) => ({ number }))
  const answers = await Promise.all(
    numbers.map((number) => both.clientContext({ custom: number }).invoke(number)),
  )
  expect(answers).toEqual(numbers.map((number) => [number, number]))
  expect(local.requests).toHaveLength(300)
  expect(new Set(local.requests.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(300)
  expect(new Set(local.requests.map(({ headers }) => headers['authorization'])).size).toBeGreaterThan(1)
})

it('ends the one that is aborted, and none beside it', async () => {
  const { local, lambda } = await start()
  const controller = new AbortController()
  local.faults('echo').next({ type: 'stallHead' })
  const stalled = failureOf(lambda('echo').invoke('stalled', { signal: controller.signal }))
  const other = lambda('echo').invoke('other')
  expect(await other).toBe('other')
  controller.abort()
  expect(await stalled).toMatchObject({ code: 'Aborted', mayHaveRun: true })
  expect(await lambda('echo').invoke('next')).toBe('next')
})

it('asks for a signer again when there was none', async () => {
  const made = { sign: async (request: unknown) => request }
  const signer = vi.fn(async () => made).mockRejectedValueOnce(new Error('no region yet'))
  const { config } = new OwnClient({ region: 'eu-west-1', signer: signer as never })
  const ask = config.signer as unknown as (scheme: object) => Promise<unknown>
  await expect(ask({ name: 'sigv4' })).rejects.toThrow('no region yet')
  expect(await ask({ name: 'sigv4' })).toBe(made)
  expect(await ask({ name: 'sigv4' })).toBe(made)
  expect(signer).toHaveBeenCalledTimes(2)
})

it('sends over as many connections as it was given, from the first requests on', async () => {
  const { local } = await start()
  const client = new OwnClient({
    ...local.clientSettings,
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 1 } },
  })
  onTestFinished(() => client.destroy())
  const invoke = (): Promise<unknown> => client.invoke({ FunctionName: 'echo' }, sightingOf(new Scope()))
  await Promise.all([invoke(), invoke(), invoke()])
  expect(local.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
})

it('connects nowhere for who gave up before it could', async () => {
  const { local } = await start()
  const handler = new OwnHandler(new OwnClient(local.clientSettings))
  const connect = vi.spyOn(Socket.prototype, 'connect')
  const { hostname, port } = new URL(local.endpoint)
  const request = { protocol: 'http:', hostname, port: Number(port), path: '/', headers: {} }
  const scope = new Scope()
  const sent = handler.send(request, sightingOf(scope))
  scope.cancel(failure('Aborted', 'enough'))
  await expect(sent).rejects.toThrow('enough')
  expect(connect).not.toHaveBeenCalled()
})

it('ends what is under way when it is destroyed', async () => {
  const { local, lambda } = await start()
  local.faults('echo').next({ type: 'stallHead' })
  const stalled = failureOf(lambda('echo').invoke('stalled'))
  await local.until(({ requests }) => requests[0]?.whole === true)
  lambda.destroy()
  expect(await stalled).toMatchObject({ code: 'ConnectionReset', mayHaveRun: true })
  await local.until(({ openSockets }) => openSockets === 0)
})

function sightingOf(scope: Scope): Sighting {
  return newSighting({ number: 1, startedMs: 0, ran: 'no' }, { tenantId: undefined }, { scope })
}
