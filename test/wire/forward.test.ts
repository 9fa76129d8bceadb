import { createInvoker } from 'resilient-lambda'
import { attemptOf, deadlineOf } from 'resilient-lambda/callee'
import { systemClock, type Clock } from 'resilient-lambda/policies'
import { startLocalLambda, type LambdaContext, type LambdaHandler } from 'resilient-lambda/testing'
import { expect, it, onTestFinished, vi } from 'vitest'

async function start(handler: LambdaHandler, coldStart = 0) {
  const local = await startLocalLambda({ functions: { report: { handler, timeout: '20s', coldStart } } })
  const lambda = createInvoker(local.clientSettings)
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda }
}

it('a function stops when nobody waits for it any more', async () => {
  const stopped: string[] = []
  let leave: () => void = () => {}
  const callerHasLeft = new Promise<void>((resolve) => (leave = resolve))
  const { local, lambda } = await start(async (_: unknown, context: LambdaContext) => {
    const { signal } = deadlineOf(context)
    // Keeps the process alive where the signal would never be aborted.
    const forever = setInterval(() => {}, 1_000)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    clearInterval(forever)
    stopped.push((signal.reason as Error).name)
    // Its answer might still be in time.
    await callerHasLeft
  })
  const error = await lambda('report').deadline('200ms').forward().safeInvoke({})
  leave()
  expect(error).toMatchObject({ ok: false, error: { code: 'DeadlineExceeded' } })
  await local.settled()
  expect(stopped).toEqual(['TimeoutError'])
  expect(local.executions).toMatchObject([{ outcome: 'success' }])
})

it('a function counts the attempts, and has less time in each', async () => {
  const seen: { attempt: number; remainingMs: number }[] = []
  const { local, lambda } = await start((_: unknown, context: LambdaContext) => {
    seen.push({ attempt: attemptOf(context), remainingMs: deadlineOf(context).remainingMs })
    return 'done'
  })
  local.faults('report').next({ type: 'cutReply' }, { type: 'cutReply' })
  const report = lambda('report')
    .idempotent()
    .deadline('10s')
    .retry({ backoff: () => 20 })
    .forward()
  expect(await report.invoke({})).toBe('done')
  expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  const [first = 0, second = 0, third = 0] = seen.map(({ remainingMs }) => remainingMs)
  expect(first).toBeLessThanOrEqual(10_000)
  expect(first - second).toBeGreaterThanOrEqual(15)
  expect(second - third).toBeGreaterThanOrEqual(15)
})

it('a start that the first request waits for is part of the time that is gone', async () => {
  vi.resetModules()
  vi.spyOn(process, 'uptime').mockReturnValue(5)
  const callee = await import('resilient-lambda/callee')
  const seen: number[] = []
  const { lambda } = await start((_: unknown, context: LambdaContext) => {
    seen.push(callee.deadlineOf(context).remainingMs)
    return 'done'
  }, 300)
  await lambda('report').deadline('10s').forward().invoke({})
  expect(seen[0]).toBeLessThanOrEqual(9_705)
})

it.each([-9_000, 9_000])("a caller's clock that is off by %i ms changes nothing", async (offMs) => {
  const { local } = await start((_: unknown, context: LambdaContext) => deadlineOf(context).remainingMs)
  const clock: Clock = { ...systemClock, date: () => Date.now() + offMs }
  const lambda = createInvoker({ ...local.clientSettings, clock })
  onTestFinished(() => lambda.destroy())
  const report = lambda('report').deadline('15s').forward()
  await report.invoke({})
  const remainingMs = await report.invoke({})
  expect(remainingMs).toBeGreaterThan(6_500)
  expect(remainingMs).toBeLessThanOrEqual(15_000)
})

it('nothing is forwarded unless it is asked for', async () => {
  const { local, lambda } = await start((_: unknown, context: LambdaContext) => {
    return [attemptOf(context), deadlineOf(context).remainingMs > 10_000, context.clientContext ?? null]
  })
  expect(await lambda('report').deadline('10s').invoke({})).toEqual([1, true, null])
  expect(local.requests[0]?.headers).not.toHaveProperty('x-amz-client-context')
})
