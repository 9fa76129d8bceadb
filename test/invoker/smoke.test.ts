import { expect, it } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { createScript, fakeClock, startLocalLambda } from 'resilient-lambda/testing'

it('scripted', async () => {
  const clock = fakeClock()
  const script = createScript()
  script('quote').throttled().fails('ServiceUnavailable').replies({ total: 1 })
  const events: unknown[] = []
  const lambda = createInvoker({ transport: script.transport, clock, observers: [(e) => events.push(e)] })
  const result = await clock.runUntil(lambda('quote').idempotent().safeInvoke({ a: 1 }))
  console.log(JSON.stringify(result, null, 1), events)
  console.log(lambda('quote').explain())
  expect(result.ok).toBe(true)
  expect(clock.pending).toBe(0)
})
it('local', async () => {
  const local = await startLocalLambda({ functions: { quote: async (e: unknown) => ({ e }) } })
  const lambda = createInvoker({ ...local.clientSettings })
  const r = await lambda('quote').logs().safeInvoke({ a: 1 })
  console.log(r)
  const nope = await lambda('nope').safeInvoke({ a: 1 })
  console.log(nope.ok ? '' : nope.error.message, nope)
  lambda.destroy()
  await local.stop()
})
