import { createServer, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CATALOGUE, createInvoker, type FailureCode } from 'resilient-lambda'
import { fakeClock } from 'resilient-lambda/testing'
import { messageKeyOf, statusOf } from '../../../src/testing/local/http/statuses.js'
import { errorOfReply } from '../../../src/transport/lean/reply.js'
import { IS_PROJECTS_SDK } from '../../wire/sdk-version.js'

interface Answer {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
  /** How it ends, where not as it should. */
  readonly end?: 'cut' | 'reset'
}

const DATE = 'Sat, 21 Nov 2026 10:00:00 GMT'

/** What a call ends with that is answered so, by both transports: all that logs get to see of it. */
async function endings(answer: Answer): Promise<readonly unknown[]> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => say(answer, response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const client = new LambdaClient({ region: 'eu-west-1', endpoint, credentials })
  onTestFinished(() => {
    client.destroy()
    server.close()
    server.closeAllConnections()
  })
  return await Promise.all(
    (['sdk', 'lean'] as const).map(async (transport) => {
      const lambda = createInvoker({ client, transport, clock: fakeClock() })
      const result = await lambda('quote').retry(false).logs().safeInvoke({})
      lambda.destroy()
      if (result.ok) return result
      const { remote, cause } = result.error
      return {
        ...result.error.toJSON(),
        logTail: remote?.logTail,
        metadata: metadataOf(cause),
        meta: result.meta,
      }
    }),
  )
}

/** What the SDK puts on every error that has to do with an answer; that it set its clock by it matters to few. */
function metadataOf(cause: unknown): unknown {
  const { $metadata } = (cause ?? {}) as { readonly $metadata?: object }
  return $metadata && { ...$metadata, clockSkewCorrected: undefined }
}

function say({ status, headers = {}, body = '', end }: Answer, response: ServerResponse): void {
  const length = { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { date: DATE, 'x-amzn-requestid': 'r-1', ...length, ...headers })
  if (end === undefined) {
    response.end(body)
    return
  }
  response.write(body.slice(0, body.length / 2), () => {
    setImmediate(() => (end === 'cut' ? response.destroy() : response.socket?.resetAndDestroy()))
  })
}

/** Of what is not JSON, Node's own words quote the beginning; ours do not. */
function withoutQuote(ending: unknown): unknown {
  const { cause } = ending as { readonly cause?: { readonly name?: string } }
  return cause?.name === 'SyntaxError' ? { ...(ending as object), cause: cause.name } : ending
}

async function expectTheSame(answer: Answer): Promise<unknown> {
  const [bySdk, byLean] = (await endings(answer)).map(withoutQuote)
  expect(byLean).toEqual(bySdk)
  return byLean
}

const serviceErrors = (Object.keys(CATALOGUE) as FailureCode[]).flatMap((name) => {
  const status = statusOf(name)
  return status === undefined ? [] : [{ name, status }]
})

const errorType = { 'x-amzn-errortype': 'TooManyRequestsException' }

// Others make another error of the same reply by themselves.
describe.runIf(IS_PROJECTS_SDK)('a failure over the lean transport is that of the SDK', () => {
  it.each(serviceErrors)('for $name', async ({ name, status }) => {
    const body = JSON.stringify({ Type: 'User', [messageKeyOf(name)]: `It was ${name}.` })
    const ending = await expectTheSame({ status, headers: { 'x-amzn-errortype': name }, body })
    expect(ending).toMatchObject({ status, requestId: 'r-1' })
  })

  it.each<[string, Answer]>([
    [
      'a name in the body',
      { status: 400, body: '{"__type":"com.amazonaws#ThrottlingException","message":"Slow"}' },
    ],
    ['a code in the body', { status: 400, body: '{"Code":"ThrottlingException:http://x","message":"Slow"}' }],
    ['a number as its name', { status: 400, body: '{"code":7}' }],
    [
      'a name with more behind it',
      { status: 429, headers: { 'x-amzn-errortype': 'a#TooManyRequestsException:http://x' } },
    ],
    ['no name', { status: 500, body: '{"message":"What now?"}' }],
    [
      'a message that is null',
      { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: '{"Message":null}' },
    ],
    [
      'a reason',
      { status: 429, headers: errorType, body: '{"Reason":"CallerRateLimitExceeded","message":"Rate"}' },
    ],
    ['a hint in seconds', { status: 429, headers: { ...errorType, 'retry-after': '3' } }],
    [
      'a hint as a date',
      { status: 429, headers: { ...errorType, 'retry-after': 'Sat, 21 Nov 2026 10:00:09 GMT' } },
    ],
    ['a hint in ms', { status: 503, headers: { 'x-amz-retry-after': '1500' } }],
    ['an empty body', { status: 500 }],
    ['a list', { status: 500, body: '[1,2]' }],
    ['null', { status: 500, body: 'null' }],
    ['a text as JSON', { status: 500, body: '"sorry"' }],
    [
      'members that errors have themselves',
      {
        status: 500,
        body: '{"name":"x","stack":"y","code":"ECONNRESET","syscall":"connect","$metadata":{"httpStatusCode":200}}',
      },
    ],
    ['a page', { status: 502, body: '<html></html>' }],
    [
      'a page with a name',
      { status: 502, headers: { 'x-amzn-errortype': 'EC2UnexpectedException' }, body: '<html></html>' },
    ],
    ['broken JSON', { status: 500, body: '{"message":' }],
    ['a redirect', { status: 307, headers: { location: '/' } }],
    ['a 304', { status: 304 }],
    [
      'a denial',
      {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: '{"Message":"User: arn:aws:iam::123456789012:user/a is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:quote because no identity-based policy allows the lambda:InvokeFunction action"}',
      },
    ],
    [
      'another request id',
      {
        status: 500,
        headers: { 'x-amzn-requestid': [], 'x-amz-request-id': 'r-2', 'x-amz-id-2': 'e-2' },
        body: '{}',
      },
    ],
    [
      'an error that is cut',
      {
        status: 500,
        headers: { 'x-amzn-errortype': 'ServiceException' },
        body: '{"message":"cut"}',
        end: 'cut',
      },
    ],
    ['an error that is reset', { status: 429, headers: errorType, body: '{"message":"cut"}', end: 'reset' }],
    ['a reply that is cut', { status: 200, body: '{"a":1}', end: 'cut' }],
    ['a reply that is reset', { status: 200, body: '{"a":1}', end: 'reset' }],
    [
      'a reply that is cut, of nobody knows whom',
      { status: 200, headers: { 'x-amzn-requestid': [] }, body: '{"a":1}', end: 'cut' },
    ],
    ['a reply that is not JSON', { status: 200, body: '<html>' }],
  ])('for %s', async (_, answer) => {
    await expectTheSame(answer)
  })

  it.each<[string, string]>([
    ['of a handler', '{"errorType":"RangeError","errorMessage":"out","trace":["at x"]}'],
    ['of a limit', '{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 1.00 seconds"}'],
    ['without words', ''],
    ['in other words', 'no JSON'],
  ])('for an error %s', async (_, body) => {
    const headers = {
      'x-amz-function-error': 'Unhandled',
      'x-amz-executed-version': '7',
      'x-amz-log-result': Buffer.from('START ü').toString('base64'),
    }
    expect(await expectTheSame({ status: 200, headers, body })).toMatchObject({
      kind: 'function',
      logTail: 'START ü',
    })
  })

  it('and so is an answer', async () => {
    const headers = {
      'x-amz-executed-version': '7',
      'x-amz-log-result': Buffer.from('START').toString('base64'),
      'x-amz-durable-execution-arn': 'arn:x',
    }
    expect(await expectTheSame({ status: 200, headers, body: '{"a":1}' })).toMatchObject({
      ok: true,
      value: { a: 1 },
      meta: { requestId: 'r-1', executedVersion: '7', logTail: 'START', durableExecutionArn: 'arn:x' },
    })
    expect(await expectTheSame({ status: 204 })).toMatchObject({ ok: true })
  })
})

describe('an error', () => {
  it.each(['{"message":"sorry"}', '<html></html>'])('keeps the headers of %s out of logs', (body) => {
    const headers = { 'set-cookie': 'a secret' }
    const error = errorOfReply({ status: 500, headers }, Buffer.from(body))
    expect(error).toMatchObject({ $response: { statusCode: 500, headers } })
    expect(inspect(error)).not.toContain('a secret')
    expect(JSON.stringify(error)).not.toContain('a secret')
  })

  it.each(['"sorry"', '["sorry"]'])('has no members where its answer has none: %s', (body) => {
    expect(errorOfReply({ status: 500, headers: {} }, Buffer.from(body))).not.toHaveProperty('0')
  })
})
