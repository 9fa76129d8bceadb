import { expect, onTestFinished, test } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { openTelemetry } from 'resilient-lambda/otel'
import { startLocalLambda, type LambdaContext } from 'resilient-lambda/testing'
import { idOf, tracing, useContexts } from './support.js'

test("the function's handler finds the attempt's trace context in its client context", async () => {
  useContexts()
  const seen: unknown[] = []
  const local = await startLocalLambda({
    functions: {
      quote: (_: unknown, { clientContext }: LambdaContext) => {
        seen.push(clientContext)
        return 1
      },
    },
  })
  const { tracerProvider, spans, span } = tracing()
  const lambda = createInvoker({ ...local.clientSettings, observers: [openTelemetry({ tracerProvider })] })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  local.faults('quote').next({ type: 'throttle' })
  await lambda('quote')
    .clientContext({ custom: { user: 'ann' } })
    .invoke()

  const [refused, attempt] = spans()
  expect(refused && idOf(refused)).not.toBe(attempt && idOf(attempt))
  const traceparent = attempt && `00-${attempt.spanContext().traceId}-${idOf(attempt)}-01`
  expect(seen).toEqual([{ custom: { traceparent, user: 'ann' } }])
  expect(span('invoke quote').attributes).toMatchObject({
    'faas.invoked_region': local.clientSettings.region,
  })
  expect(attempt?.attributes['aws.request_id']).toBe(local.executions[0]?.requestId)
})
