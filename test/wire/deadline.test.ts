import { createInvoker } from 'resilient-lambda'
import { fakeClock, startLocalLambda } from 'resilient-lambda/testing'
import { expect, it } from 'vitest'
import { answerOf } from './fault-table.js'
import { turnsUntil } from './leftovers.js'

it('credentials that never come end at the deadline, and nothing ran', async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  const clock = fakeClock()
  const provider = { asked: false }
  const credentials = (): Promise<never> => {
    provider.asked = true
    return new Promise(() => {})
  }
  const lambda = createInvoker({ endpoint: local.endpoint, region: 'us-east-1', credentials, clock })
  const call = lambda('quote').deadline('2s').safeInvoke({})
  expect(await turnsUntil(() => provider.asked, 10_000)).toBe(true)

  await clock.advance('2s')
  const result = await call
  expect(answerOf(result)).toBe('DeadlineExceeded, local, did not run')
  expect(result.meta.durationMs).toBe(2_000)
  expect(local.openSockets).toBe(0)
})

it("holds on the machine's own clock as well", async () => {
  await using local = await startLocalLambda({ functions: { quote: () => 'a quote' } })
  local.faults('quote').always({ type: 'stallReply' })
  const lambda = createInvoker(local.clientSettings)
  const startedAt = performance.now()
  const result = await lambda('quote').idempotent().timeout('100ms').deadline('250ms').safeInvoke({})
  const elapsedMs = performance.now() - startedAt
  expect(result).toMatchObject({ ok: false, error: { mayHaveRun: true } })
  // Many share the machine; what counts is that it does not wait for the reply.
  expect(elapsedMs).toBeLessThanOrEqual(250 + 1_000)
  lambda.destroy()
})
