import { InvokeCommand, ListFunctionsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import type { Fault } from 'resilient-lambda/testing'
import { attemptOf, start } from './support.js'

/** What the SDK sends three times if it is let. */
const REPEATED: readonly Fault[] = [
  { type: 'closeAfterReading', executed: true },
  { type: 'error', name: 'ServiceException', status: 500, executed: true },
  { type: 'cutReply' },
  { type: 'throttle' },
]

async function sendPlain(client: LambdaClient): Promise<void> {
  await client.send(new InvokeCommand({ FunctionName: 'quote' })).catch(() => {})
}

describe("the SDK's own retries", () => {
  it.each(REPEATED)('are off for our requests: $type $name', async (fault) => {
    const { local, lambda } = await start()
    local.faults('quote').always(fault)
    await attemptOf(lambda('quote'))
    expect(local.requests).toHaveLength(1)
  })

  it('are off in a client that adapts its rate as well', async () => {
    const { local, lambda } = await start({ client: { retryMode: 'adaptive' } })
    local.faults('quote').always({ type: 'closeAfterReading' })
    await attemptOf(lambda('quote'))
    expect(local.requests).toHaveLength(1)
  })

  it.each([false, true])(
    "are on for the client's own commands, before and after ours (cacheMiddleware: %s)",
    async (cacheMiddleware) => {
      const { local, client, lambda } = await start({ client: { cacheMiddleware } })
      local.faults('quote').always({ type: 'closeAfterReading' })
      const counts: number[] = []
      const count = async (send: () => Promise<unknown>): Promise<void> => {
        local.reset()
        local.faults('quote').always({ type: 'closeAfterReading' })
        await send()
        counts.push(local.requests.length)
      }
      const ours = (): Promise<unknown> => attemptOf(lambda('quote'))
      await count(() => sendPlain(client))
      await count(ours)
      await count(() => sendPlain(client))
      await count(ours)
      expect(counts).toEqual([3, 1, 3, 1])
    },
  )

  it('are off from the first command of a client that caches its middleware, and then on for its own', async () => {
    const { local, client, lambda } = await start({ client: { cacheMiddleware: true } })
    local.faults('quote').always({ type: 'closeAfterReading' })
    await attemptOf(lambda('quote'))
    await sendPlain(client)
    expect(local.requests).toHaveLength(1 + 3)
    expect(local.requests.map(({ headers }) => headers['user-agent']?.includes('resilient-lambda'))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a client that was handed in', () => {
  it('has the same middleware, handler and retries after our calls', async () => {
    const { client, lambda } = await start()
    const before = client.middlewareStack.identify()
    const { requestHandler, maxAttempts, retryStrategy, retryMode } = client.config
    await lambda('quote').invoke({})
    expect(client.middlewareStack.identify()).toEqual(before)
    expect(client.config.requestHandler).toBe(requestHandler)
    expect(client.config.maxAttempts).toBe(maxAttempts)
    expect(client.config.retryStrategy).toBe(retryStrategy)
    expect(client.config.retryMode).toBe(retryMode)
  })

  it('keeps its own middleware, which sees our requests', async () => {
    const { local, client, lambda } = await start()
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-own'] = 'yes'
        return next(args)
      },
      { step: 'build', name: 'own' },
    )
    await lambda('quote').invoke({})
    expect(local.requests[0]?.headers['x-own']).toBe('yes')
  })

  it('keeps its other commands', async () => {
    const { local, client, lambda } = await start()
    await lambda('quote').invoke({})
    await client.send(new ListFunctionsCommand({})).catch(() => {})
    expect(local.requests.at(-1)?.headers['user-agent']).not.toContain('resilient-lambda')
  })

  it('is not closed by destroy()', async () => {
    const { local, lambda } = await start()
    await lambda('quote').invoke({})
    lambda.destroy()
    await lambda('quote').invoke({})
    expect(local.requests.map(({ connection }) => connection)).toEqual([1, 1])
  })
})
