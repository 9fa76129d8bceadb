import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { createInvoker, type InvokerOptions } from 'resilient-lambda'
import { openTelemetry } from 'resilient-lambda/otel'
import { protect } from 'resilient-lambda/policies'
import { createScript, fakeClock } from 'resilient-lambda/testing'
import { idOf, parentIdOf, tracing } from './support.js'

function setUp(options: InvokerOptions = {}) {
  const clock = fakeClock()
  const script = createScript()
  const { tracerProvider, spans, span } = tracing()
  const observers = [openTelemetry({ tracerProvider })]
  const lambda = createInvoker({ transport: script.transport, clock, observers, ...options })
  return { clock, script, lambda, observers, spans, span }
}

test('a call is a span with a child for each attempt', async () => {
  const { clock, script, lambda, spans, span } = setUp()
  script('quote').throttled().replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(spans().map(({ name }) => name)).toEqual(['attempt quote', 'attempt quote', 'invoke quote'])
  const call = span('invoke quote')
  const [first, second] = spans()
  expect(call.parentSpanContext).toBeUndefined()
  expect(first && parentIdOf(first)).toBe(idOf(call))
  expect(second && parentIdOf(second)).toBe(idOf(call))
  expect(new Set(spans().map((one) => one.spanContext().traceId)).size).toBe(1)
})

test('spans follow the conventions for invoked functions and AWS SDK clients', async () => {
  const { clock, script, lambda, span } = setUp({ region: 'eu-west-1' })
  script('quote').replies(1)
  await clock.runUntil(lambda('quote:live').idempotent().invoke())
  const call = span('invoke quote')
  expect(call.kind).toBe(SpanKind.CLIENT)
  expect(call.instrumentationScope.name).toBe('resilient-lambda')
  expect(call.attributes).toEqual({
    'faas.invoked_name': 'quote',
    'faas.invoked_provider': 'aws',
    'faas.invoked_region': 'eu-west-1',
    'resilient_lambda.target': 'quote:live',
    'resilient_lambda.idempotent': true,
    'resilient_lambda.outcome': 'answered',
    'resilient_lambda.attempts': 1,
    'resilient_lambda.may_have_run': true,
    'resilient_lambda.queued_ms': 0,
  })
  const attempt = span('attempt quote')
  expect(attempt.kind).toBe(SpanKind.CLIENT)
  expect(attempt.attributes).toEqual({
    'faas.invoked_name': 'quote',
    'faas.invoked_provider': 'aws',
    'faas.invoked_region': 'eu-west-1',
    'rpc.system': 'aws-api',
    'rpc.service': 'Lambda',
    'rpc.method': 'Invoke',
    'resilient_lambda.target': 'quote:live',
    'resilient_lambda.attempt': 1,
    'resilient_lambda.outcome': 'answered',
    'resilient_lambda.ran': 'yes',
  })
})

test("the region of an ARN goes before the invoker's", async () => {
  const { clock, script, lambda, span } = setUp({ region: 'eu-west-1' })
  const arn = 'arn:aws:lambda:us-east-2:123456789012:function:quote'
  script(arn).replies(1)
  await clock.runUntil(lambda(arn).invoke())
  expect(span('invoke quote').attributes).toMatchObject({
    'faas.invoked_name': 'quote',
    'faas.invoked_region': 'us-east-2',
    'resilient_lambda.target': arn,
  })
})

test('a region that is not known is not made up', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(span('invoke quote').attributes).not.toHaveProperty('faas.invoked_region')
})

test('the request id stands on the attempt', async () => {
  const { clock, lambda, span } = setUp({
    transport: async () => ({ ok: true, value: undefined, reply: { requestId: 'r-1' } }),
  })
  await clock.runUntil(lambda('quote').invoke())
  expect(span('attempt quote').attributes).toMatchObject({ 'aws.request_id': 'r-1' })
})

test('a failed call has the status ERROR with the message, and the code as its type', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').throws('RangeError', 'out of range')
  await clock.runUntil(lambda('quote').safeInvoke())
  for (const name of ['invoke quote', 'attempt quote']) {
    expect(span(name).status).toEqual({ code: SpanStatusCode.ERROR, message: 'RangeError: out of range' })
    expect(span(name).attributes).toMatchObject({
      'error.type': 'FunctionError',
      'resilient_lambda.kind': 'function',
      'resilient_lambda.outcome': 'failed',
    })
  }
})

test('a failure that a retry made good marks its attempt and not the call', async () => {
  const { clock, script, lambda, spans, span } = setUp()
  script('quote').throttled().replies(1)
  await clock.runUntil(lambda('quote').invoke())
  const [first, second] = spans()
  expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'Rate Exceeded' })
  expect(first?.attributes).toMatchObject({
    'error.type': 'TooManyRequestsException',
    'resilient_lambda.ran': 'no',
  })
  expect(second?.status).toEqual({ code: SpanStatusCode.UNSET })
  expect(second?.attributes).not.toHaveProperty('error.type')
  expect(span('invoke quote').status).toEqual({ code: SpanStatusCode.UNSET })
  expect(span('invoke quote').attributes).not.toHaveProperty('error.type')
})

test('a scheduled and a refused retry are span events with their reasons', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').throttled({ retryAfter: '3s' }).fails('ConnectionReset')
  await clock.runUntil(lambda('quote').safeInvoke())
  expect(span('invoke quote').events).toMatchObject([
    {
      name: 'retry.scheduled',
      attributes: {
        'resilient_lambda.attempt': 1,
        'resilient_lambda.wait_ms': 3_000,
        'resilient_lambda.kind': 'throttle',
        'error.type': 'TooManyRequestsException',
      },
    },
    {
      name: 'retry.refused',
      attributes: {
        'resilient_lambda.attempt': 2,
        'resilient_lambda.reason': 'may-have-run',
        'resilient_lambda.why': 'it may have run, and the call is not declared idempotent',
        'error.type': 'ConnectionReset',
      },
    },
  ])
})

test('a spent budget is a span event of its own', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').throttled()
  const throttle = { baseDelay: 0 }
  await clock.runUntil(lambda('quote').retry({ throttle }).safeInvoke())
  const events = span('invoke quote').events
  expect(events.map(({ name }) => name)).toEqual([
    'retry.scheduled',
    'retry.scheduled',
    'budget.spent',
    'retry.refused',
  ])
  // Of 25, the first retry after a throttle takes 8, and the second in a row 16.
  expect(events[2]?.attributes).toEqual({ 'resilient_lambda.tokens': 1 })
  expect(events[3]?.attributes).toMatchObject({ 'resilient_lambda.reason': 'budget' })
})

test('a circuit that opens and then refuses tells so on the spans of the calls that met it', async () => {
  const { clock, script, lambda, spans } = setUp()
  script('quote').fails('ServiceUnavailable')
  const quote = lambda('quote').retry(false).circuitBreaker({ consecutiveFailures: 1, openFor: '5s' })
  await clock.runUntil(quote.safeInvoke())
  await clock.runUntil(quote.safeInvoke())
  const calls = spans().filter(({ name }) => name === 'invoke quote')
  expect(calls.map(({ events }) => events.map(({ name }) => name))).toEqual([
    ['breaker.state'],
    ['breaker.refused'],
  ])
  expect(calls[0]?.events[0]?.attributes).toEqual({
    'resilient_lambda.state': 'open',
    'resilient_lambda.previous_state': 'closed',
    'resilient_lambda.why': '1 failures in a row',
  })
  expect(calls[1]?.attributes).toMatchObject({
    'error.type': 'CircuitOpen',
    'resilient_lambda.attempts': 0,
    'resilient_lambda.may_have_run': false,
  })
})

test('waiting for a place is a span event, and its time stands on the call', async () => {
  const { clock, script, lambda, spans } = setUp()
  script('quote').after('2s').replies(1)
  const quote = lambda('quote').bulkhead({ concurrency: 1, queue: 1 })
  await clock.runUntil(Promise.all([quote.invoke(), quote.invoke(), quote.safeInvoke()]))
  const calls = spans().filter(({ name }) => name === 'invoke quote')
  expect(calls.map(({ events }) => events.map(({ name }) => name))).toEqual([
    ['bulkhead.refused'],
    [],
    ['bulkhead.queued'],
  ])
  expect(calls[2]?.events[0]?.attributes).toEqual({
    'resilient_lambda.scope': 'function',
    'resilient_lambda.in_flight': 1,
    'resilient_lambda.queued': 1,
  })
  expect(calls[2]?.attributes).toMatchObject({ 'resilient_lambda.queued_ms': 2_000 })
})

test('a call that a fallback answered is no error', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').fails('ConnectionReset')
  await clock.runUntil(lambda('quote').fallback(null).invoke())
  const call = span('invoke quote')
  expect(call.status).toEqual({ code: SpanStatusCode.UNSET })
  expect(call.attributes).toMatchObject({ 'resilient_lambda.outcome': 'fallback' })
  expect(call.events.at(-1)).toMatchObject({
    name: 'fallback.used',
    attributes: { 'resilient_lambda.outcome': 'answered', 'error.type': 'ConnectionReset' },
  })
})

test('after a failover spans and span events tell which target they are about', async () => {
  const { clock, script, lambda, span } = setUp()
  script('quote').throttled()
  script('standby').fails('HostNotFound').replies(1)
  const chain = lambda('quote')
    .failover(['standby'])
    .deadLetter(() => {})
  await clock.runUntil(chain.retry({ attempts: 2, throttle: { baseDelay: 0 } }).invoke())
  const call = span('invoke quote')
  expect(call.attributes).toMatchObject({ 'resilient_lambda.target': 'quote' })
  expect(call.events.map(({ name, attributes }) => [name, attributes?.['resilient_lambda.target']])).toEqual([
    ['retry.scheduled', undefined],
    ['retry.refused', undefined],
    ['failover.started', undefined],
    ['retry.scheduled', 'standby'],
  ])
  expect(call.events[2]?.attributes).toEqual({
    'resilient_lambda.to': 'standby',
    'resilient_lambda.why': 'throttle: TooManyRequestsException',
    'error.type': 'TooManyRequestsException',
    'resilient_lambda.kind': 'throttle',
  })
})

test('a dead letter is a span event', async () => {
  const { clock, script, lambda, spans } = setUp()
  script('quote').fails('ConnectionReset')
  await clock.runUntil(
    lambda('quote')
      .deadLetter(() => {})
      .safeInvoke(),
  )
  const broken = lambda('quote').deadLetter(() => Promise.reject(new Error('the queue is gone')))
  await clock.runUntil(broken.safeInvoke())
  const reset = { 'error.type': 'ConnectionReset', 'resilient_lambda.kind': 'transient' }
  const calls = spans().filter(({ name }) => name === 'invoke quote')
  expect(calls.map(({ events }) => events.at(-1))).toMatchObject([
    { name: 'deadLetter.sent', attributes: reset },
    { name: 'deadLetter.failed', attributes: { ...reset, 'resilient_lambda.why': 'the queue is gone' } },
  ])
})

test('an attempt that is let go ends at once, and the call says that it was abandoned', async () => {
  const { clock, script, lambda, spans, span } = setUp()
  script('quote').hangs()
  const calling = lambda('quote').timeout('1s').safeInvoke()
  await clock.advance('999ms')
  expect(spans()).toEqual([])
  await clock.runUntil(calling)
  expect(span('attempt quote').attributes).toMatchObject({
    'error.type': 'AttemptTimedOut',
    'resilient_lambda.ran': 'maybe',
  })
  expect(span('invoke quote').events[0]).toMatchObject({
    name: 'attempt.abandoned',
    attributes: { 'resilient_lambda.attempt': 1, 'error.type': 'AttemptTimedOut' },
  })
})

test('a protected function that is no Lambda function has internal spans without its conventions', async () => {
  const { observers, span } = setUp()
  await protect(() => 1, { name: 'payment', policies: [], observers })({})
  expect(span('invoke payment').kind).toBe(SpanKind.INTERNAL)
  const attempt = span('attempt payment')
  expect(attempt.kind).toBe(SpanKind.INTERNAL)
  expect(Object.keys(attempt.attributes).filter((key) => /^(?:faas|rpc|aws)\./.test(key))).toEqual([])
})

test.each([
  [
    { tracer: 1 },
    "openTelemetry has no setting 'tracer'. It takes: tracerProvider, meterProvider, propagation.",
  ],
  [{ propagation: 'w3c' }, "openTelemetry.propagation must be true or false, but was 'w3c'."],
  [
    { meterProvider: {} },
    'openTelemetry.meterProvider must be an OpenTelemetry provider, with getMeter(), but was an object with no keys.',
  ],
])('options that make no sense are refused: %o', (options, message) => {
  expect(() => openTelemetry(options as never)).toThrow(message)
})
