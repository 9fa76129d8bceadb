import { channel } from 'node:diagnostics_channel'
import { setImmediate as turn } from 'node:timers/promises'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../invoker/support.js'
import { start } from './support.js'

const LARGE = 'x'.repeat(5_900_000)
const requestStart = channel('http.client.request.start')

type Next = (args: never) => Promise<unknown>

describe('a middleware of the client that meddles with the requests', () => {
  it('cannot hide that it may have run, though it takes away the header that is watched', async () => {
    const { local, client, lambda } = await start()
    meddle(client, 'finalizeRequest', (next, args) => {
      const { headers } = (args as { request: { headers: Record<string, string> } }).request
      delete headers['amz-sdk-invocation-id']
      return next(args)
    })
    local.faults('quote').next({ type: 'resetAfterReading', executed: true })
    const error = await failureOf(lambda('quote').invoke({}))
    expect(local.requests[0]?.headers).not.toHaveProperty('amz-sdk-invocation-id')
    expect(error).toMatchObject({ code: 'ConnectionReset', mayHaveRun: true, attempts: [{ ran: 'maybe' }] })
    expect(local.executions).toHaveLength(1)
    await turn()
    expect(requestStart.hasSubscribers).toBe(false)
  })

  it.each(['initialize', 'build'] as const)(
    'cannot hide it by sending twice from %s, when the second request does not get out',
    async (step) => {
      const { local, client, lambda } = await start()
      meddle(client, step, (next, args) => next(args).catch(() => next(args)))
      local.faults('quote').next({ type: 'resetAfterReading', executed: true }, { type: 'resetWhileReading' })
      const error = await failureOf(lambda('quote').invoke(LARGE))
      expect(local.requests).toHaveLength(2)
      expect(error).toMatchObject({ mayHaveRun: true, attempts: [{ ran: 'maybe' }] })
      expect(local.executions).toHaveLength(1)
      await turn()
      expect(requestStart.hasSubscribers).toBe(false)
    },
  )
})

/** Puts a middleware of the user's on the client, as plugins do. */
function meddle(
  { middlewareStack }: LambdaClient,
  step: 'initialize' | 'build' | 'finalizeRequest',
  middleware: (next: Next, args: never) => Promise<unknown>,
): void {
  const add = middlewareStack.add.bind(middlewareStack) as unknown as (
    handler: (next: Next) => (args: never) => Promise<unknown>,
    options: { step: string; name: string; priority: string },
  ) => void
  const priority = step === 'finalizeRequest' ? 'low' : 'high'
  add((next) => (args) => middleware(next, args), { step, name: 'meddling', priority })
}
