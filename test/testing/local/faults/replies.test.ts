import { expect, test } from 'vitest'
import type { Fault } from '../../../../src/testing/local/index.js'
import { caught, post, start } from '../support.js'

const functions = { quote: () => 'done', other: () => 'done' }
const PATH = '/2015-03-31/functions/quote/invocations'

test.each([
  ['ServiceException', 500, 'Service'],
  ['ResourceConflictException', 409, 'User'],
  ['EFSIOException', 410, 'User'],
  ['KMSDisabledException', 502, 'Service'],
  ['ServiceUnavailable', 503, 'Service'],
  ['ExpiredTokenException', 403, 'User'],
])(
  '%s is answered with status %i, its own type and message, and runs nothing',
  async (name, status, Type) => {
    const { local, invoke } = await start({ functions })
    local.faults('quote').next({ type: 'error', name, message: 'as scripted' })
    const error = await caught(invoke())
    expect(error).toMatchObject({ name, message: 'as scripted', Type, $metadata: { httpStatusCode: status } })
    expect(error.$metadata?.requestId).toBe(local.requests[0]?.requestId)
    expect(local.requests[0]).toMatchObject({ status, whole: true, fault: { type: 'error', name } })
    expect(local.executions).toHaveLength(0)
  },
)

test('an error may have another status, further members, headers, and a handler that has run', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({
    type: 'error',
    name: 'EC2UnexpectedException',
    status: 504,
    fields: { EC2ErrorCode: 'X1' },
    headers: { 'retry-after': '7' },
    executed: true,
  })
  const error = await caught(invoke())
  expect(error).toMatchObject({ EC2ErrorCode: 'X1', $metadata: { httpStatusCode: 504 } })
  expect(error['$response']).toMatchObject({ headers: { 'retry-after': '7' } })
  expect(local.executions).toMatchObject([{ outcome: 'success' }])
})

test('a throttle carries its reason and its hint', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({ type: 'throttle', reason: 'CallerRateLimitExceeded', retryAfter: 1_500 })
  expect(await caught(invoke())).toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'CallerRateLimitExceeded',
    retryAfterSeconds: '1.5',
    $metadata: { httpStatusCode: 429 },
  })
  expect(local.executions).toHaveLength(0)
})

test.each<[string, object, string]>([
  ['a duration', { retryAfter: '3s' }, '3'],
  ['a duration below a second', { retryAfter: '200ms' }, '0.2'],
  ['no time at all', { retryAfter: 0 }, '0'],
  [
    'the header as it is',
    { retryAfterHeader: 'Sat, 21 Nov 2026 10:00:07 GMT' },
    'Sat, 21 Nov 2026 10:00:07 GMT',
  ],
])("a throttle's hint may be %s", async (_, hint, header) => {
  const { local } = await start({ functions })
  local.faults('quote').next({ type: 'throttle', ...hint })
  expect((await post(local, PATH)).headers['retry-after']).toBe(header)
})

test('a throttle without settings has a reason and no hint', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({ type: 'throttle' })
  const error = await caught(invoke())
  expect(error).toMatchObject({ Reason: 'ConcurrentInvocationLimitExceeded', retryAfterSeconds: undefined })
})

test.each([
  [
    'its type and message',
    { errorType: 'Boom', errorMessage: 'bang' },
    '{"errorType":"Boom","errorMessage":"bang","trace":[]}',
  ],
  ['an empty payload', { payload: '' }, ''],
  ['a payload that is no JSON', { payload: '<oops>' }, '<oops>'],
  ['raw bytes', { payload: new Uint8Array([104, 105]) }, 'hi'],
  ['a huge payload', { payload: 'x'.repeat(7_000_000) }, 'x'.repeat(7_000_000)],
])('a scripted function error comes with %s', async (_, settings, body) => {
  const { local } = await start({ functions })
  local.faults('quote').next({ type: 'functionError', ...settings })
  const reply = await post(local, PATH)
  expect(reply).toMatchObject({ status: 200, headers: { 'x-amz-function-error': 'Unhandled' } })
  expect(reply.body === body).toBe(true)
  expect(local.executions).toHaveLength(0)
})

test.each<[string, Fault, number]>([
  ['a page', { type: 'html', status: 502 }, 502],
  ['a redirect', { type: 'redirect' }, 302],
])('%s of something in between has no request id and runs nothing', async (_, fault, status) => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').always(fault)
  const reply = await post(local, PATH)
  expect(reply.status).toBe(status)
  expect(reply.headers).not.toHaveProperty('x-amzn-requestid')
  expect(await caught(invoke())).toMatchObject({ $metadata: { httpStatusCode: status } })
  expect(local.executions).toHaveLength(0)
})

test('a page instead of an answer can follow a handler that has run', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({ type: 'html', status: 504, executed: true })
  expect(await caught(invoke())).toMatchObject({ $metadata: { httpStatusCode: 504 } })
  expect(local.executions).toHaveLength(1)
})

test('latency passes before the handler and after it', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({ type: 'latency', before: '30ms', after: 30 })
  const beganMs = performance.now()
  expect((await invoke()).payload).toBe('done')
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(58)
  expect(local.executions[0]?.durationMs).toBeLessThan(28)
})

test('an answer can be held back', async () => {
  const { local, invoke } = await start({ functions })
  local.faults('quote').next({ type: 'throttle', delay: '30ms' })
  const beganMs = performance.now()
  await caught(invoke())
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(29)
})

test('a script goes: next, then when, then always; and a fault of one function is none of another', async () => {
  const { local, invoke } = await start({ functions })
  const outcomes = async (input = {}): Promise<string | undefined> =>
    invoke(input).then(
      () => 'answered',
      (error: Error) => error.name,
    )
  const script = local
    .faults('quote')
    .always({ type: 'error', name: 'ServiceException' })
    .when(({ tenantId }) => tenantId === 'blue', { type: 'error', name: 'SnapStartException' })
    .next({ type: 'throttle' }, { type: 'none' })
  expect(script.pending).toBe(2)
  expect(await outcomes({ TenantId: 'blue' })).toBe('TooManyRequestsException')
  expect(await outcomes({ TenantId: 'blue' })).toBe('answered')
  expect(await outcomes({ TenantId: 'blue' })).toBe('SnapStartException')
  expect(await outcomes()).toBe('ServiceException')
  expect(await outcomes({ FunctionName: 'other' })).toBe('answered')
  script.clear()
  expect(await outcomes()).toBe('answered')
})
