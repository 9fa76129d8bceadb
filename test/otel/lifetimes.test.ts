import { diag, trace, type TracerProvider } from '@opentelemetry/api'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createInvoker, type Observer, type Transport } from 'resilient-lambda'
import { openTelemetry } from 'resilient-lambda/otel'
import { createScript, fakeClock } from 'resilient-lambda/testing'
import { answered } from '../../src/core/outcome.js'
import type { Policy } from '../../src/core/policy.js'
import { CallSpans } from '../../src/otel/spans.js'
import { measuring, parentIdOf, tracing, useContexts } from './support.js'

function setUp(transport?: Transport) {
  const clock = fakeClock()
  const script = createScript()
  const traced = tracing()
  const callSpans = new CallSpans(traced.tracerProvider.getTracer('test'), true)
  const observer: Observer = {
    event: (event) => callSpans.event(event),
    around: (scope, run) => callSpans.around(scope, run),
  }
  const lambda = createInvoker({ transport: transport ?? script.transport, clock, observers: [observer] })
  return { clock, script, ...traced, callSpans, lambda }
}

/** Answers before what is inside has. */
const impatient: Policy = (next) => (call, context) => {
  void next(call, context)
  return Promise.resolve(answered(Buffer.from('"cached"')))
}

const never = (): Promise<never> => new Promise(() => {})

test('nothing is kept of thousands of calls, however they end', async () => {
  useContexts()
  const complaints = complaintsOfTheSdk()
  const { clock, script, lambda, callSpans, spans } = setUp()
  script('good').replies(1)
  script('hanging').hangs()
  script('failing').fails('ConnectionReset')
  const patient = { circuitBreaker: false, bulkhead: { concurrency: 10_000 } } as const
  const aborting = new AbortController()
  const calls = Array.from({ length: 500 }, () => [
    lambda('good').bulkhead(patient.bulkhead).safeInvoke(),
    lambda('hanging').circuitBreaker(false).bulkhead(patient.bulkhead).deadline('2s').safeInvoke(),
    lambda('hanging')
      .circuitBreaker(false)
      .bulkhead({ concurrency: 5, queue: 5_000 })
      .timeout('1s')
      .safeInvoke(),
    lambda('failing').circuitBreaker(false).idempotent().safeInvoke(),
    lambda('hanging').bulkhead(patient.bulkhead).safeInvoke(undefined, { signal: aborting.signal }),
  ]).flat()
  await clock.advance('500ms')
  aborting.abort()
  await clock.runUntil(Promise.all(calls))
  expect(callSpans.size).toBe(0)
  const ended = spans()
  expect(ended.filter((one) => parentIdOf(one) === undefined)).toHaveLength(calls.length)
  expect(complaints, 'spans ended twice, or used after their end').toEqual([])
})

/** What OpenTelemetry says of spans that are used wrongly. */
function complaintsOfTheSdk(): unknown[] {
  const complaints: unknown[] = []
  const note = (...said: unknown[]): void => void complaints.push(said)
  diag.setLogger({ error: note, warn: note, info: note, debug: () => {}, verbose: () => {} })
  onTestFinished(() => diag.disable())
  return complaints
}

test('a transport that never settles and heeds no signal leaves no span open after the deadline', async () => {
  const { clock, lambda, callSpans, spans } = setUp((_, { attempt }) => {
    if (attempt) attempt.ran = 'maybe'
    return never()
  })
  const calling = lambda('quote').deadline('2s').safeInvoke()
  await clock.advance('1s')
  expect(callSpans.size).toBe(1)
  expect((await clock.runUntil(calling)).ok).toBe(false)
  expect(callSpans.size).toBe(0)
  expect(spans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['attempt quote', 'DeadlineExceeded'],
    ['invoke quote', 'DeadlineExceeded'],
  ])
})

test('an attempt that a policy did not wait for ends with its call', async () => {
  const { clock, script, lambda, callSpans, spans } = setUp()
  script('quote').after('10s').replies(1)
  await clock.runUntil(lambda('quote').use(impatient, { before: 'retry' }).invoke())
  expect(spans().map(({ name }) => name)).toEqual(['attempt quote', 'invoke quote'])
  await clock.advance('20s')
  expect(spans()).toHaveLength(2)
  expect(callSpans.size).toBe(0)
})

test('a call in which code of the user throws ends like any other', async () => {
  const { clock, script, lambda, callSpans, span } = setUp()
  script('quote').throttled()
  const broken = lambda('quote').retry({
    retryIf() {
      throw new RangeError('my own mistake')
    },
  })
  await expect(clock.runUntil(broken.invoke())).rejects.toThrow('my own mistake')
  expect(callSpans.size).toBe(0)
  expect(span('invoke quote').status.message).toBe('my own mistake')
  expect(span('invoke quote').attributes).toMatchObject({
    'error.type': 'OperationFailed',
    'resilient_lambda.may_have_run': false,
  })
})

test('a transport that throws is called once, is not blamed on the observer, and ends its span', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
  let requests = 0
  const { clock, lambda, span } = setUp((_, { attempt }) => {
    requests += 1
    if (attempt) attempt.ran = 'maybe'
    throw new RangeError('a broken transport')
  })
  await expect(clock.runUntil(lambda('quote').invoke())).rejects.toThrow('a broken transport')
  expect(requests).toBe(1)
  expect(warn).not.toHaveBeenCalled()
  expect(span('attempt quote').attributes).toMatchObject({
    'error.type': 'OperationFailed',
    'resilient_lambda.ran': 'maybe',
  })
})

test.each<[string, () => Observer]>([
  [
    'starts no span',
    () => {
      const tracerProvider = {
        getTracer: () => ({ startSpan: () => explode(), startActiveSpan: () => explode() }),
      }
      return openTelemetry({ tracerProvider })
    },
  ],
  [
    'starts spans that cannot be ended',
    () => {
      return openTelemetry({ tracerProvider: endless() })
    },
  ],
  ['measures nothing', () => openTelemetry({ meterProvider: { getMeter: () => explode() } })],
])('telemetry that %s changes no answer', async (_, observer) => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
  useContexts({ inject: explode, extract: explode, fields: () => [] })
  const clock = fakeClock()
  const script = createScript()
  script('quote').throttled().replies({ total: 1 })
  const lambda = createInvoker({ transport: script.transport, clock, observers: [observer()] })
  expect(await clock.runUntil(lambda('quote').invoke())).toEqual({ total: 1 })
  expect(script('quote').requests).toHaveLength(2)
})

test('calls are measured although no span can be ended', async () => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
  const { clock, script } = setUp()
  const { meterProvider, points } = measuring()
  script('quote').replies(1)
  const observers = [openTelemetry({ tracerProvider: endless(), meterProvider })]
  await clock.runUntil(createInvoker({ transport: script.transport, clock, observers })('quote').invoke())
  expect(await points('resilient_lambda.calls')).toMatchObject([{ value: 1 }])
})

test('spans end although no metric can be made', async () => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
  const { clock, script, spans, tracerProvider } = setUp()
  script('quote').replies(1)
  const observers = [openTelemetry({ tracerProvider, meterProvider: { getMeter: () => explode() } })]
  await clock.runUntil(createInvoker({ transport: script.transport, clock, observers })('quote').invoke())
  expect(spans()).toHaveLength(2)
})

test('a context that cannot be sent along leaves the spans as they are', async () => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
  useContexts({ inject: explode, extract: explode, fields: () => [] })
  const { clock, script, lambda, spans } = setUp()
  script('quote').replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(spans().map(({ name }) => name)).toEqual(['attempt quote', 'invoke quote'])
})

function explode(): never {
  throw new Error('no telemetry today')
}

/** Makes spans that cannot be ended. */
function endless(): TracerProvider {
  const span = trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 })
  span.end = explode
  return { getTracer: () => ({ startSpan: () => span, startActiveSpan: explode }) }
}
