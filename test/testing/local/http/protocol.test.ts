import { expect, test } from 'vitest'
import { caught, latch, post, start } from '../support.js'

const functions = { quote: (event: unknown) => ({ echo: event }) }
const PATH = '/2015-03-31/functions/quote/invocations'
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:quote'

test('a result comes back as 200 with the executed version and the request id', async () => {
  const { local, invoke } = await start({ functions })
  const answer = await invoke({ Payload: '{"sku":"A1"}' })
  expect(answer).toMatchObject({
    status: 200,
    payload: { echo: { sku: 'A1' } },
    version: '$LATEST',
    functionError: undefined,
    log: '',
    requestId: local.requests[0]?.requestId,
  })
})

test('a request without a payload reaches the handler as an empty object', async () => {
  const { invoke } = await start({ functions })
  expect((await invoke()).payload).toEqual({ echo: {} })
})

test('a handler without a result answers null', async () => {
  const { local } = await start({ functions: { quote: async () => {} } })
  const reply = await post(local, PATH)
  expect(reply).toMatchObject({ status: 200, body: 'null', headers: { 'content-length': '4' } })
})

test.each([
  'quote',
  'quote:$LATEST',
  '123456789012:quote',
  '123456789012:function:quote',
  'us-east-1:123456789012:function:quote',
  ARN,
  `${ARN}:$LATEST`,
])('the function is found as %s', async (FunctionName) => {
  const { local, invoke } = await start({ functions })
  expect((await invoke({ FunctionName })).status).toBe(200)
  expect(local.requests[0]?.function).toBe('quote')
})

test('a version or an alias runs its own code and says which version it was', async () => {
  const { invoke } = await start({
    functions: { quote: { handler: () => 'newest', versions: { 1: () => 'first' }, aliases: { live: '1' } } },
  })
  expect(await invoke({ Qualifier: '1' })).toMatchObject({ payload: 'first', version: '1' })
  expect(await invoke({ FunctionName: 'quote:live' })).toMatchObject({ payload: 'first', version: '1' })
  expect(await invoke({ FunctionName: `${ARN}:live` })).toMatchObject({ payload: 'first', version: '1' })
  expect(await invoke()).toMatchObject({ payload: 'newest', version: '$LATEST' })
})

test.each([
  ['an unknown function', { FunctionName: 'ghost' }, 'ghost:$LATEST'],
  ['an unknown version', { Qualifier: '7' }, 'quote:7'],
  ['an unknown alias', { FunctionName: 'quote:live' }, 'quote:live'],
])('%s is answered 404 with the ARN it stands for', async (_, input, named) => {
  const { local, invoke } = await start({ functions })
  const error = await caught(invoke(input))
  expect(error).toMatchObject({
    name: 'ResourceNotFoundException',
    Type: 'User',
    $metadata: { httpStatusCode: 404 },
  })
  expect(error.message).toBe(`Function not found: arn:aws:lambda:us-east-1:123456789012:function:${named}`)
  expect(local.executions).toHaveLength(0)
})

test('an ARN of another region is answered 404', async () => {
  const { invoke } = await start({ functions })
  const error = await caught(invoke({ FunctionName: ARN.replace('us-east-1', 'eu-west-1') }))
  expect(error).toMatchObject({
    name: 'ResourceNotFoundException',
    message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  })
})

test('an ARN of another account is answered 403 without a message', async () => {
  const { local } = await start({ functions })
  const other = encodeURIComponent(ARN.replace('123456789012', '210987654321'))
  const reply = await post(local, `/2015-03-31/functions/${other}/invocations`)
  expect(reply).toMatchObject({ status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } })
  expect(JSON.parse(reply.body)).toEqual({ Type: 'User', Message: null })
})

test('two qualifiers that disagree are answered 400', async () => {
  const { invoke } = await start({ functions })
  const error = await caught(invoke({ FunctionName: 'quote:1', Qualifier: '2' }))
  expect(error).toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The derived qualifier from the function name does not match the specified qualifier.',
  })
})

test.each([
  ['a name with a blank', '/2015-03-31/functions/not%20ok/invocations', 'functionName'],
  ['a name of 65 letters', `/2015-03-31/functions/${'a'.repeat(65)}/invocations`, 'functionName'],
  ['a broken percent-encoding', '/2015-03-31/functions/%E0%A4%A/invocations', 'functionName'],
  ['a qualifier with a blank', `${PATH}?Qualifier=not%20ok`, 'qualifier'],
])('%s is answered 400 ValidationException', async (_, path, member) => {
  const { local } = await start({ functions })
  const reply = await post(local, path)
  expect(reply).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'ValidationException' } })
  expect(reply.body).toContain(`1 validation error detected: Value '`)
  expect(reply.body).toContain(`at '${member}' failed to satisfy constraint`)
})

test.each([
  ['invocation type', { 'x-amz-invocation-type': 'Later' }, 'invocationType'],
  ['tenant', { 'x-amz-tenant-id': 'a!b' }, 'tenantId'],
  ['durable execution name', { 'x-amz-durable-execution-name': 'a b' }, 'durableExecutionName'],
])('an impossible %s is answered 400 ValidationException', async (_, headers, member) => {
  const { local } = await start({ functions })
  const reply = await post(local, PATH, '{}', headers)
  expect(reply).toMatchObject({ status: 400, headers: { 'x-amzn-errortype': 'ValidationException' } })
  expect(reply.body).toContain(`at '${member}'`)
})

test('a payload that is no JSON is answered 400 and runs nothing', async () => {
  const { local, invoke } = await start({ functions })
  const error = await caught(invoke({ Payload: '{"sku":' }))
  expect(error).toMatchObject({ name: 'InvalidRequestContentException', $metadata: { httpStatusCode: 400 } })
  expect(error.message).toMatch(/^Could not parse request body into json: /)
  expect(local.executions).toHaveLength(0)
})

test.each([
  ['RequestResponse', 6_291_456],
  ['Event', 1_048_576],
] as const)('a payload for %s may have %i bytes and not one more', async (InvocationType, limitBytes) => {
  const { local, invoke } = await start({ functions: { quote: () => 'read' } })
  const largest = `"${'x'.repeat(limitBytes - 2)}"`
  expect((await invoke({ Payload: largest, InvocationType })).status).toBeLessThan(300)
  const error = await caught(invoke({ Payload: `${largest} `, InvocationType }))
  expect(error).toMatchObject({ name: 'RequestTooLargeException', $metadata: { httpStatusCode: 413 } })
  await local.settled()
  expect(local.requests[1]).toMatchObject({ bodyBytes: limitBytes + 1, whole: true, status: 413 })
  expect(local.executions).toHaveLength(1)
})

test('a dry run is answered 204 and runs nothing', async () => {
  const { local, invoke } = await start({ functions })
  expect(await invoke({ InvocationType: 'DryRun' })).toMatchObject({ status: 204, payload: undefined })
  const raw = await post(local, PATH, '', { 'x-amz-invocation-type': 'DryRun' })
  expect(raw.status).toBe(204)
  expect(raw.headers).not.toHaveProperty('content-length')
  expect(local.executions).toHaveLength(0)
})

test('an event is answered 202 before its handler has ended, and settled waits for the handler', async () => {
  const gate = latch()
  const { local, invoke } = await start({ functions: { quote: () => gate.opened } })
  expect(await invoke({ InvocationType: 'Event' })).toMatchObject({ status: 202, payload: undefined })
  await local.until(({ executions }) => executions.length === 1)
  expect(local.executions[0]?.outcome).toBe('running')
  gate.open()
  await local.settled()
  expect(local.executions[0]?.outcome).toBe('success')
})

test('the tail of the log comes only when it was asked for, and has at most 4 KB', async () => {
  const { invoke } = await start({
    functions: {
      quote: () => {
        throw new Error('x'.repeat(5_000))
      },
    },
  })
  expect((await invoke()).log).toBe('')
  const { log } = await invoke({ LogType: 'Tail' })
  expect(log).toHaveLength(4_096)
  expect(log).toMatch(/END RequestId: [0-9a-f-]{36}\nREPORT RequestId: .*Memory Size: 128 MB/)
})

test('the log of a first invocation tells the time of its cold start', async () => {
  const { invoke } = await start({ functions })
  const { log, requestId } = await invoke({ LogType: 'Tail' })
  expect(log).toMatch(new RegExp(`^START RequestId: ${requestId} Version: \\$LATEST\n`))
  expect(log).toContain('Init Duration: ')
  expect((await invoke({ LogType: 'Tail' })).log).not.toContain('Init Duration: ')
})

test('every request is logged with what it said', async () => {
  const { local } = await start({ functions })
  await post(local, `${PATH}?Qualifier=$LATEST`, '{"a":1}', {
    'x-amz-tenant-id': 'blue',
    'x-amz-durable-execution-name': 'order-1',
    'x-amzn-trace-id': 'Root=1-2-3',
  })
  expect(local.requests).toMatchObject([
    {
      number: 1,
      connection: 1,
      method: 'POST',
      function: 'quote',
      qualifier: '$LATEST',
      invocationType: 'RequestResponse',
      tenantId: 'blue',
      durableExecutionName: 'order-1',
      traceId: 'Root=1-2-3',
      bodyBytes: 7,
      whole: true,
      status: 200,
      fault: undefined,
    },
  ])
  expect(local.requestsOf('quote')).toEqual(local.requests)
})

test('anything but an invocation is an unknown operation', async () => {
  const { local } = await start({ functions })
  const reply = await post(local, '/2015-03-31/functions')
  expect(reply).toMatchObject({ status: 404, headers: { 'x-amzn-errortype': 'UnknownOperationException' } })
  expect(local.requests[0]).toMatchObject({ function: undefined, status: 404 })
})

test('reset forgets logs and scripts, and keeps the environments warm', async () => {
  const { local, invoke } = await start({ functions })
  await invoke()
  local.faults('quote').always({ type: 'throttle' })
  local.reset()
  expect([local.requests, local.executions]).toEqual([[], []])
  await invoke()
  expect(local.executionsOf('quote')).toMatchObject([{ number: 2, coldStart: false }])
})
