import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { METRICS, openTelemetry, type Metric } from 'resilient-lambda/otel'
import { createScript, fakeClock } from 'resilient-lambda/testing'
import { measuring } from './support.js'

function setUp() {
  const clock = fakeClock()
  const script = createScript()
  const { meterProvider, collect, points } = measuring()
  const observers = [openTelemetry({ meterProvider })]
  const lambda = createInvoker({ transport: script.transport, clock, region: 'eu-west-1', observers })
  return { clock, script, collect, points, observers, lambda }
}

const TARGET = {
  'resilient_lambda.target': 'quote',
  'faas.invoked_name': 'quote',
  'faas.invoked_provider': 'aws',
  'faas.invoked_region': 'eu-west-1',
}
const ANSWERED = { ...TARGET, 'resilient_lambda.outcome': 'answered' }
const THROTTLED = { 'error.type': 'TooManyRequestsException', 'resilient_lambda.kind': 'throttle' }
const RESET = { 'error.type': 'ConnectionReset', 'resilient_lambda.kind': 'transient' }

test('calls and attempts are counted by how they ended', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').replies(1).throttled().replies(1).fails('ConnectionReset')
  for (let i = 0; i < 3; i++) await clock.runUntil(lambda('quote').safeInvoke())
  await clock.runUntil(lambda('quote').fallback(null).invoke())
  const failed = { ...TARGET, ...RESET, 'resilient_lambda.outcome': 'failed' }
  expect(await points('resilient_lambda.calls')).toEqual([
    { attributes: ANSWERED, value: 2 },
    { attributes: failed, value: 1 },
    { attributes: { ...TARGET, 'resilient_lambda.outcome': 'fallback' }, value: 1 },
  ])
  expect(await points('resilient_lambda.attempts')).toEqual([
    { attributes: ANSWERED, value: 2 },
    { attributes: { ...TARGET, ...THROTTLED, 'resilient_lambda.outcome': 'failed' }, value: 1 },
    { attributes: failed, value: 2 },
  ])
  expect(await points('resilient_lambda.fallbacks')).toEqual([
    { attributes: { ...ANSWERED, ...RESET }, value: 1 },
  ])
})

test('durations are measured in seconds, those of calls with their waits', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').after('250ms').throttled({ retryAfter: '3s' }).after('750ms').replies(1)
  await clock.runUntil(lambda('quote').invoke())
  expect(await points('resilient_lambda.call.duration')).toMatchObject([
    { attributes: ANSWERED, value: { count: 1, sum: 4 } },
  ])
  expect(await points('resilient_lambda.attempt.duration')).toMatchObject([
    { value: { count: 1, sum: 0.25 } },
    { attributes: ANSWERED, value: { count: 1, sum: 0.75 } },
  ])
})

test('scheduled retries are counted by the failure before, refused ones by reason', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').throttled({ retryAfter: '3s' }).fails('ConnectionReset').throttled({ retryAfter: '90s' })
  await clock.runUntil(lambda('quote').safeInvoke())
  await clock.runUntil(lambda('quote').safeInvoke())
  await clock.runUntil(lambda('quote').retry({ attempts: 1 }).safeInvoke())
  expect(await points('resilient_lambda.retries')).toEqual([
    { attributes: { ...TARGET, ...THROTTLED }, value: 1 },
  ])
  expect(await points('resilient_lambda.refused_retries')).toEqual([
    { attributes: { ...TARGET, ...RESET, 'resilient_lambda.reason': 'may-have-run' }, value: 1 },
    { attributes: { ...TARGET, ...THROTTLED, 'resilient_lambda.reason': 'deadline' }, value: 1 },
    { attributes: { ...TARGET, ...THROTTLED, 'resilient_lambda.reason': 'attempts-used' }, value: 1 },
  ])
})

test('a retry that could not succeed and one beyond the budget are refused for those reasons', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').fails('ResourceNotFoundException').throttled()
  await clock.runUntil(lambda('quote').safeInvoke())
  await clock.runUntil(lambda('quote').retry({ attempts: 20, budget: 0 }).safeInvoke())
  const reasons = (await points('resilient_lambda.refused_retries')).map(
    ({ attributes }) => attributes['resilient_lambda.reason'],
  )
  expect(reasons).toEqual(['not-worth-it', 'budget'])
})

test('queue time is measured for the calls that waited', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').after('2s').replies(1)
  const quote = lambda('quote').bulkhead({ concurrency: 1 })
  await clock.runUntil(Promise.all([quote.invoke(), quote.invoke(), quote.invoke()]))
  expect(await points('resilient_lambda.queue.duration')).toMatchObject([
    { attributes: TARGET, value: { count: 2, sum: 6 } },
  ])
})

test('abandoned attempts are counted', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').hangs()
  await clock.runUntil(lambda('quote').timeout('1s').safeInvoke())
  await clock.runUntil(lambda('quote').deadline('1s').safeInvoke())
  expect(await points('resilient_lambda.abandoned_attempts')).toEqual([
    {
      attributes: { ...TARGET, 'error.type': 'AttemptTimedOut', 'resilient_lambda.kind': 'transient' },
      value: 1,
    },
    {
      attributes: { ...TARGET, 'error.type': 'DeadlineExceeded', 'resilient_lambda.kind': 'local' },
      value: 1,
    },
  ])
})

test('failovers and dead letters are counted, and attempts by the target that they were for', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').throttled()
  script('standby').replies(1).throttled()
  const quote = lambda('quote').retry(false).failover(['standby'])
  await clock.runUntil(quote.invoke())
  await clock.runUntil(quote.deadLetter(() => {}).safeInvoke())
  await clock.runUntil(quote.deadLetter(() => Promise.reject(new Error('gone'))).safeInvoke())
  expect(await points('resilient_lambda.failovers')).toEqual([
    { attributes: { ...TARGET, ...THROTTLED }, value: 3 },
  ])
  expect(await points('resilient_lambda.dead_letters')).toEqual([
    { attributes: { ...TARGET, ...THROTTLED, 'resilient_lambda.outcome': 'sent' }, value: 1 },
    { attributes: { ...TARGET, ...THROTTLED, 'resilient_lambda.outcome': 'failed' }, value: 1 },
  ])
  const standby = { 'resilient_lambda.target': 'standby', 'faas.invoked_name': 'standby' }
  expect(await points('resilient_lambda.attempts')).toMatchObject([
    { attributes: TARGET, value: 3 },
    { attributes: { ...ANSWERED, ...standby }, value: 1 },
    { attributes: standby, value: 2 },
  ])
})

test('the gauge of a circuit follows its state', async () => {
  const { clock, script, points, lambda } = setUp()
  script('quote').fails('ServiceUnavailable').after('1s').replies(1)
  const quote = lambda('quote').retry(false).circuitBreaker({ consecutiveFailures: 1, probes: 1 })
  const state = async (): Promise<unknown> => points('resilient_lambda.breaker.state')
  expect(await state()).toEqual([])
  await clock.runUntil(quote.safeInvoke())
  expect(await state()).toEqual([{ attributes: TARGET, value: 2 }])
  await clock.advance('10s')
  const probing = quote.safeInvoke()
  expect(await state()).toEqual([{ attributes: TARGET, value: 1 }])
  await clock.runUntil(probing)
  expect(await state()).toEqual([{ attributes: TARGET, value: 0 }])
})

test('the gauge follows a circuit that is opened and closed by hand', async () => {
  const { points, lambda } = setUp()
  const { circuit } = lambda('quote')
  circuit?.open()
  expect(await points('resilient_lambda.breaker.state')).toEqual([{ attributes: TARGET, value: 2 }])
  circuit?.close()
  expect(await points('resilient_lambda.breaker.state')).toEqual([{ attributes: TARGET, value: 0 }])
})

test('an observer of an invoker and of a chain counts once', async () => {
  const { clock, script, points, observers, lambda } = setUp()
  script('quote').replies(1)
  const chain = observers.reduce((fn, observer) => fn.observe(observer), lambda('quote'))
  await clock.runUntil(chain.invoke())
  expect(await points('resilient_lambda.calls')).toEqual([{ attributes: ANSWERED, value: 1 }])
})

/** Calls that touch every metric. */
async function measureEverything() {
  const { clock, script, collect, lambda } = setUp()
  script('quote').throttled().after('2s').replies(1).hangs()
  const quote = lambda('quote').bulkhead({ concurrency: 1 }).timeout('3s').fallback(null)
  const impatient = quote.circuitBreaker({ consecutiveFailures: 1 })
  await clock.runUntil(Promise.all([impatient.invoke(), impatient.invoke()]))
  script('busy').throttled()
  const busy = lambda('busy').retry(false).failover(['busy:live'])
  await clock.runUntil(busy.deadLetter(() => {}).safeInvoke())
  return collect()
}

test('every metric of the list, and no other, has the name, unit, description and attributes that it says', async () => {
  const measured = await measureEverything()
  const listed: readonly Metric[] = Object.values(METRICS)
  expect([...measured.keys()].toSorted()).toEqual(listed.map(({ name }) => name).toSorted())
  for (const { name, instrument, unit, description, attributes } of listed) {
    const metric = measured.get(name)
    expect(metric?.descriptor).toMatchObject({ type: instrument.toUpperCase(), unit, description })
    const allowed = [...Object.keys(TARGET), ...attributes]
    const keys: readonly string[] = metric?.dataPoints.flatMap((point) => Object.keys(point.attributes)) ?? []
    expect(
      keys.filter((key) => !allowed.includes(key)),
      name,
    ).toEqual([])
    expect(keys).toEqual(expect.arrayContaining(Object.keys(TARGET)))
  }
})

test('histograms have the advised buckets', async () => {
  const measured = await measureEverything()
  for (const { name, instrument, buckets } of Object.values<Metric>(METRICS)) {
    if (instrument !== 'histogram') continue
    const [point] = measured.get(name)?.dataPoints ?? []
    expect(point?.value, name).toMatchObject({ buckets: { boundaries: buckets } })
  }
})

test('the table in the documentation of the list says the same', () => {
  const source = readFileSync(new URL('../../src/otel/metric-list.ts', import.meta.url), 'utf8')
  const rows = Array.from(source.matchAll(/^ \* (\| `.*)$/gm), ([, row]) => row)
  expect(rows).toEqual(
    Object.values(METRICS).map(
      ({ name, instrument, unit, description }) =>
        `| \`${name}\` | ${instrument} | \`${unit}\` | ${description} |`,
    ),
  )
})
