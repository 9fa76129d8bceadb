import type { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../invoker/support.js'
import { start } from './support.js'

const ARN = /^arn:aws:lambda:us-east-1:123456789012:function:order:7\/durable-execution\/A-17\/[0-9a-f-]{36}$/

function orders(durable: boolean, handler: () => unknown = () => 'ordered') {
  return { order: { handler, versions: { 7: handler }, durable } }
}

describe('the name of a durable execution', () => {
  it('goes along, and the ARN of the execution comes back', async () => {
    const { local, lambda } = await start({ functions: orders(true) })
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    const { ok, meta } = await order.safeInvoke({})
    expect(ok).toBe(true)
    expect(meta.durableExecutionArn).toMatch(ARN)
    expect(local.requests).toMatchObject([{ durableExecutionName: 'A-17' }])
    await lambda('order:7').invoke({})
    expect(local.requests.at(-1)).toMatchObject({ durableExecutionName: undefined })
  })

  it('goes along with a client that is too old to know it, and so does the ARN', async () => {
    const { local, client, lambda } = await start({ functions: orders(true) })
    forgetDurableExecutions(client)
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    const { meta } = await order.safeInvoke({})
    expect(local.requests).toMatchObject([{ durableExecutionName: 'A-17' }])
    expect(meta.durableExecutionArn).toMatch(ARN)
  })

  it('is taken with another payload: said as what it is, and not tried again', async () => {
    const { local, lambda } = await start({ functions: orders(true) })
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    await order.invoke({ cents: 1 })
    const error = await failureOf(order.invoke({ cents: 2 }))
    expect(error).toMatchObject({
      code: 'DurableExecutionAlreadyStartedException',
      kind: 'request',
      status: 409,
      mayHaveRun: false,
    })
    expect(error.message).toContain('Send the payload that the name was first used with')
    expect(local.requests).toHaveLength(2)
    expect(local.executions).toHaveLength(1)
  })

  it('makes errors of the execution final, since the closed one would be the answer again', async () => {
    const functions = orders(true, () => {
      throw new RangeError('no such order')
    })
    const { local, lambda } = await start({ functions })
    const order = lambda('order:7').retry({ functionErrors: true, baseDelay: 0 })
    const named = order.idempotencyKey('A-17', { as: 'durableExecutionName' })
    expect(await failureOf(named.invoke({}))).toMatchObject({ remote: { errorType: 'RangeError' } })
    expect(local.requests).toHaveLength(1)
    await failureOf(order.idempotent().invoke({}))
    expect(local.requests).toHaveLength(1 + 4)
  })
})

describe('a function that runs as if no name had been sent', () => {
  const retry = { baseDelay: 0 } as const

  it('is told at the first call, though it answered', async () => {
    const { local, lambda } = await start({ functions: orders(false) })
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    const error = await failureOf(order.retry(retry).invoke({}))
    expect(error).toMatchObject({ code: 'DurableExecutionIgnored', kind: 'config', mayHaveRun: true })
    expect(error.requestId).toBe(local.requests[0]?.requestId)
    expect(local.executions).toHaveLength(1)
  })

  it('is not run again where its reply breaks off', async () => {
    const { local, lambda } = await start({ functions: orders(false) })
    local.faults('order').next({ type: 'cutReply' })
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    const error = await failureOf(order.retry(retry).invoke({}))
    expect(error).toMatchObject({ code: 'DurableExecutionIgnored', attempts: [{ ran: 'yes' }] })
    expect(local.executions).toHaveLength(1)
  })

  it('is not run again for an error of its own, which is told too', async () => {
    const functions = orders(false, () => {
      throw new RangeError('no such order')
    })
    const { local, lambda } = await start({ functions })
    const order = lambda('order:7').idempotencyKey('A-17', { as: 'durableExecutionName' })
    const error = await failureOf(order.retry({ functionErrors: ['RangeError'], ...retry }).invoke({}))
    expect(error).toMatchObject({ code: 'DurableExecutionIgnored', remote: { errorType: 'RangeError' } })
    expect(local.executions).toHaveLength(1)
  })
})

/** Takes off what the client knows of durable executions, in both directions, as one from before them. */
function forgetDurableExecutions(client: LambdaClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      delete (args.request as { headers: Record<string, string> }).headers['x-amz-durable-execution-name']
      return next(args)
    },
    { step: 'build', name: 'forgetName' },
  )
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      delete (result.output as { DurableExecutionArn?: unknown }).DurableExecutionArn
      return result
    },
    { step: 'initialize', name: 'forgetArn' },
  )
}
