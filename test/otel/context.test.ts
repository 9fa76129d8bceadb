import { trace, type Tracer } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { createInvoker, type InvokerOptions, type Transport } from 'resilient-lambda'
import { openTelemetry, type OpenTelemetryOptions } from 'resilient-lambda/otel'
import { createScript, fakeClock } from 'resilient-lambda/testing'
import type { Context } from '../../src/core/call.js'
import type { Policy } from '../../src/core/policy.js'
import { idOf, parentIdOf, tracing, useContexts, usePropagator } from './support.js'

function setUp(options: OpenTelemetryOptions = {}) {
  const clock = fakeClock()
  const script = createScript()
  const traced = tracing()
  const seen: { active: string | undefined; carrier: Context['carrier'] }[] = []
  const transport: Transport = (request, context) => {
    seen.push({ active: activeId(), carrier: context.carrier })
    return script.transport(request, context)
  }
  const settings: InvokerOptions = {
    transport,
    clock,
    observers: [openTelemetry({ tracerProvider: traced.tracerProvider, ...options })],
  }
  const tracer: Tracer = traced.tracerProvider.getTracer('test')
  return { clock, script, ...traced, seen, settings, tracer, lambda: createInvoker(settings) }
}

function activeId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().spanId
}

/** A policy that notes which span is active, before and after what is inside. */
function noting(notes: (string | undefined)[]): Policy {
  return (next) =>
    async function noting(call, context) {
      notes.push(activeId())
      const outcome = await next(call, context)
      notes.push(activeId())
      return outcome
    }
}

test("a call's span is a child of the span that its caller is in", async () => {
  useContexts()
  const { clock, script, lambda, tracer, span } = setUp()
  script('quote').replies(1)
  await tracer.startActiveSpan('request', async (request) => {
    await clock.runUntil(lambda('quote').invoke())
    expect(activeId()).toBe(request.spanContext().spanId)
    request.end()
  })
  expect(parentIdOf(span('invoke quote'))).toBe(idOf(span('request')))
})

test("the call's span is active in a policy outside of the attempts", async () => {
  useContexts()
  const { clock, script, lambda, span } = setUp()
  script('quote').throttled().replies(1)
  const notes: (string | undefined)[] = []
  await clock.runUntil(lambda('quote').use(noting(notes), { before: 'retry' }).invoke())
  expect(notes).toEqual([idOf(span('invoke quote')), idOf(span('invoke quote'))])
})

test("the attempt's span is active in a policy inside of it and in the transport, each time its own", async () => {
  useContexts()
  const { clock, script, lambda, spans, seen } = setUp()
  script('quote').throttled().after('1s').replies(1)
  const notes: (string | undefined)[] = []
  await clock.runUntil(lambda('quote').use(noting(notes), { after: 'timeout' }).invoke())
  const [first = '', second = ''] = spans().map(idOf)
  expect(notes).toEqual([first, first, second, second])
  expect(seen.map(({ active }) => active)).toEqual([first, second])
})

test('a span that a policy opens stands between the call and its attempt', async () => {
  useContexts()
  const { clock, script, lambda, tracer, span } = setUp()
  script('quote').replies(1)
  const spanning: Policy = (next) => (call, context) =>
    tracer.startActiveSpan('signing', async (signing) => {
      const outcome = await next(call, context)
      signing.end()
      return outcome
    })
  await clock.runUntil(lambda('quote').use(spanning, { before: 'timeout' }).invoke())
  expect(parentIdOf(span('attempt quote'))).toBe(idOf(span('signing')))
  expect(parentIdOf(span('signing'))).toBe(idOf(span('invoke quote')))
})

test('calls that wait for each other keep their spans apart', async () => {
  useContexts()
  const { clock, script, lambda, tracer, spans } = setUp()
  script('quote').after('1s').throttled().after('1s').replies(1)
  const quote = lambda('quote').bulkhead({ concurrency: 1, queue: 5 })
  const calling = [1, 2, 3].map((number) =>
    tracer.startActiveSpan(`request ${number}`, async (request) => {
      await quote.invoke()
      request.end()
    }),
  )
  await clock.runUntil(Promise.all(calling))
  const attempts = spans().filter(({ name }) => name === 'attempt quote')
  expect(attempts).toHaveLength(4)
  for (const attempt of attempts) {
    const call = spans().find((one) => idOf(one) === parentIdOf(attempt))
    expect(call?.name).toBe('invoke quote')
    expect(call?.spanContext().traceId).toBe(attempt.spanContext().traceId)
  }
  expect(new Set(attempts.map((one) => one.spanContext().traceId)).size).toBe(3)
})

test('another function called as a fallback is a call within the call', async () => {
  useContexts()
  const { clock, script, lambda, span } = setUp()
  script('quote').fails('ServiceUnavailable')
  script('spare').replies(1)
  await clock.runUntil(lambda('quote').retry(false).idempotent().fallback(lambda('spare')).invoke())
  expect(parentIdOf(span('invoke spare'))).toBe(idOf(span('invoke quote')))
})

test('two observers each make a tree of their own', async () => {
  useContexts()
  const { clock, script, settings, span } = setUp()
  const second = tracing()
  script('quote').replies(1)
  const observers = [...(settings.observers ?? []), openTelemetry({ tracerProvider: second.tracerProvider })]
  await clock.runUntil(createInvoker({ ...settings, observers })('quote').invoke())
  expect(parentIdOf(span('attempt quote'))).toBe(idOf(span('invoke quote')))
  expect(parentIdOf(second.span('attempt quote'))).toBe(idOf(second.span('invoke quote')))
})

test("the attempt's trace context goes to the transport, each attempt with its own", async () => {
  useContexts()
  const { clock, script, lambda, spans, seen } = setUp()
  script('quote').throttled().replies(1)
  await clock.runUntil(lambda('quote').invoke())
  const sent = spans()
    .filter(({ name }) => name === 'attempt quote')
    .map((one) => ({ traceparent: `00-${one.spanContext().traceId}-${idOf(one)}-01` }))
  expect(sent).toHaveLength(2)
  expect(seen.map(({ carrier }) => carrier)).toEqual(sent)
})

test('nothing goes along when propagation is off', async () => {
  useContexts()
  const { clock, script, lambda, seen } = setUp({ propagation: false })
  script('quote').replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(seen.map(({ carrier }) => carrier)).toEqual([{}])
})

test('spans are nested and sent along where no context manager is registered', async () => {
  usePropagator()
  const { clock, script, lambda, span, seen } = setUp()
  script('quote').replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(parentIdOf(span('attempt quote'))).toBe(idOf(span('invoke quote')))
  expect(seen[0]?.carrier?.['traceparent']).toContain(idOf(span('attempt quote')))
})
