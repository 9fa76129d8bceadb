// Tests of code that calls functions: without a network, and without waiting.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { createInvoker } from 'resilient-lambda'
import type { Invoker } from 'resilient-lambda'
import { createScript, fakeClock } from 'resilient-lambda/testing'

/** The code under test: it takes its invoker, so that a test can give it another. */
async function isInStock(lambda: Invoker, sku: string): Promise<boolean | 'unknown'> {
  const stock = lambda<{ sku: string }, { left: number }>('stock').deadline('10s')
  const result = await stock.safeInvoke({ sku })
  return result.ok ? result.value.left > 0 : 'unknown'
}

// #region script
test('a throttle is waited out', async () => {
  const clock = fakeClock()
  const script = createScript()
  script('stock').throttled({ retryAfter: '3s' }).replies({ left: 2 })
  const lambda = createInvoker({ transport: script.transport, clock })

  assert.equal(await clock.runUntil(isInStock(lambda, 'A1')), true)
  assert.equal(clock.now(), 3_000)
  assert.deepEqual(script('stock').requests[1]?.payload, { sku: 'A1' })
})

test('a function that hangs is given up on at the deadline', async () => {
  const clock = fakeClock()
  const script = createScript()
  script('stock').hangs()
  const lambda = createInvoker({ transport: script.transport, clock })

  assert.equal(await clock.runUntil(isInStock(lambda, 'A1')), 'unknown')
  assert.equal(clock.now(), 10_000)
})
// #endregion script

// #region mock
test('a mocked SDK client is called once', async () => {
  const aws = mockClient(LambdaClient)
  aws.on(InvokeCommand, { FunctionName: 'stock' }).resolves({ Payload: payload({ left: 0 }) })
  const lambda = createInvoker({ client: new LambdaClient({ region: 'eu-west-1' }) })

  assert.equal(await isInStock(lambda, 'A1'), false)
  assert.equal(aws.commandCalls(InvokeCommand).length, 1)
})
// #endregion mock

function payload(value: unknown) {
  return new TextEncoder().encode(JSON.stringify(value)) as never
}
