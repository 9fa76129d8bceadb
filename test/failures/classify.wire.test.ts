import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { afterEach, expect, it, test } from 'vitest'
import { classify, type Evidence } from '../../src/failures/classify.js'
import { InvokeError } from '../../src/failures/error.js'
import type { Failure } from '../../src/failures/failure.js'

// The true shapes: the installed SDK over real sockets.

type Answer = (socket: Socket) => void

const sent: Evidence = { reached: true, ran: 'maybe', nowMs: 0 }
const notReached: Evidence = { reached: false, ran: 'no', nowMs: 0 }
const open: Server[] = []

afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listen(onRequest: Answer): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => onRequest(socket))
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function thrownBy(
  config: LambdaClientConfig,
  input: object = {},
  signal?: AbortSignal,
): Promise<unknown> {
  const client = new LambdaClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'SECRET-KEY', sessionToken: 'SECRET-TOKEN' },
    maxAttempts: 1,
    ...config,
  })
  try {
    return await client
      .send(new InvokeCommand({ FunctionName: 'f', Payload: '"SECRET-PAYLOAD"', ...input }), {
        ...(signal && { abortSignal: signal }),
      })
      .then(
        () => Promise.reject(new Error('the call should have failed')),
        (error: unknown) => error,
      )
  } finally {
    client.destroy()
  }
}

async function failureWhen(onRequest: Answer, config: LambdaClientConfig = {}): Promise<Failure> {
  const endpoint = `http://127.0.0.1:${await listen(onRequest)}`
  return classify(await thrownBy({ endpoint, ...config }), sent)
}

function answer(status: number, headers: string[], body: string): Answer {
  const head = [
    `HTTP/1.1 ${status} X`,
    'x-amzn-requestid: req-1',
    `content-length: ${body.length}`,
    ...headers,
  ]
  return (socket) => socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Ends the connection once the client has had the beginning of the reply. */
function cutReply(status: number, end: Answer): Answer {
  return (socket) =>
    socket.write(`HTTP/1.1 ${status} X\r\nx-amzn-requestid: req-1\r\ncontent-length: 99\r\n\r\n{"a"`, () =>
      end(socket),
    )
}

test.each<[string, Answer, object]>([
  ['a hang-up', (socket) => socket.end(), { code: 'ConnectionReset', verdict: { ran: 'maybe' } }],
  ['a reset', (socket) => socket.resetAndDestroy(), { code: 'ConnectionReset', verdict: { ran: 'maybe' } }],
  [
    'garbage',
    (socket) => socket.end('garbage\r\n\r\n'),
    { code: 'MalformedResponse', verdict: { ran: 'maybe' } },
  ],
  [
    'a 200 that ends half-way',
    cutReply(200, (socket) => socket.end()),
    { code: 'ResponseCut', verdict: { ran: 'yes' }, status: 200, requestId: 'req-1', message: 'aborted' },
  ],
  [
    'a 500 that ends half-way',
    cutReply(500, (socket) => socket.end()),
    { code: 'ServerError', verdict: { ran: 'maybe' } },
  ],
  [
    'a 502 in HTML',
    answer(502, ['content-type: text/html'], '<html>'),
    { code: 'BadGateway', message: 'HTTP 502 with a body that is not JSON', status: 502 },
  ],
  [
    'an empty 503',
    answer(503, [], ''),
    { code: 'GatewayUnavailable', message: 'HTTP 503 without a message' },
  ],
  ['a redirect', answer(302, ['location: http://127.0.0.1/'], ''), { code: 'UnexpectedRedirect' }],
  [
    'a throttle with a reason of tomorrow',
    answer(
      429,
      ['x-amzn-errortype: TooManyRequestsException', 'Retry-After: 1.5'],
      '{"message":"Rate Exceeded.","Reason":"Tomorrow"}',
    ),
    {
      code: 'TooManyRequestsException',
      reason: 'Tomorrow',
      retryAfterMs: 1_500,
      requestId: 'req-1',
      message: 'Rate Exceeded',
    },
  ],
  [
    'a throttle that counts in milliseconds',
    answer(400, ['x-amzn-errortype: ThrottlingException', 'x-amz-retry-after: 1250'], '{"message":"slow"}'),
    { code: 'ThrottlingException', retryAfterMs: 1_250 },
  ],
  [
    'an exception that the SDK does not know',
    answer(500, ['x-amzn-errortype: NewException:http://internal/'], '{"message":"hm"}'),
    { code: 'ServerError', message: 'NewException: hm' },
  ],
  [
    'an access denial without a message',
    answer(403, ['x-amzn-errortype: AccessDeniedException'], '{"Message":null}'),
    { code: 'AccessDeniedException', message: 'HTTP 403 without a message' },
  ],
  [
    'an access denial with one',
    answer(
      403,
      ['x-amzn-errortype: AccessDeniedException'],
      '{"Message":"User: arn:aws:iam::111111111111:user/jane is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:111111111111:function:f because no identity-based policy allows the lambda:InvokeFunction action"}',
    ),
    {
      code: 'AccessDeniedException',
      denied: {
        action: 'lambda:InvokeFunction',
        resource: 'arn:aws:lambda:eu-west-1:111111111111:function:f',
        principal: 'arn:aws:iam::111111111111:user/jane',
        because: 'identity-based policy',
        explicit: false,
      },
    },
  ],
])('%s is told from the others', async (_, onRequest, expected) => {
  expect(await failureWhen(onRequest)).toMatchObject(expected)
})

test.each<[string, object, Answer, object]>([
  [
    'request',
    { requestTimeout: 20, throwOnRequestTimeout: true },
    () => {},
    { code: 'RequestTimedOut', verdict: { ran: 'maybe' } },
  ],
  ['socket', { socketTimeout: 20 }, () => {}, { code: 'SocketTimedOut', verdict: { ran: 'maybe' } }],
])("the handler's %s time-out is told from the others", async (_, requestHandler, onRequest, expected) => {
  expect(await failureWhen(onRequest, { requestHandler })).toMatchObject(expected)
})

it('a refused connection did not run, be it for one address or for several', async () => {
  const port = await listen(() => {})
  const closed = open.pop()
  closed?.close()
  for (const host of ['127.0.0.1', 'localhost']) {
    const thrown = await thrownBy({ endpoint: `http://${host}:${port}` })
    expect(classify(thrown, sent)).toMatchObject({ code: 'ConnectionRefused', verdict: { ran: 'no' } })
  }
})

it('plain HTTP where TLS is expected is a mismatch, and a hang-up there is a cut handshake', async () => {
  const plain = await thrownBy({
    endpoint: `https://127.0.0.1:${await listen((socket) => socket.end('HTTP/1.1 400 X\r\n\r\n'))}`,
  })
  expect(classify(plain, { ...sent, ran: 'no' })).toMatchObject({
    code: 'ProtocolMismatch',
    verdict: { ran: 'no' },
  })
  const cut = await thrownBy({ endpoint: `https://127.0.0.1:${await listen((socket) => socket.end())}` })
  expect(classify(cut, sent)).toMatchObject({ code: 'TlsHandshakeCut', verdict: { ran: 'no' } })
})

it('an abort that nobody answered for is an abort', async () => {
  const controller = new AbortController()
  const endpoint = `http://127.0.0.1:${await listen(() => controller.abort())}`
  expect(classify(await thrownBy({ endpoint }, {}, controller.signal), sent).code).toBe('Aborted')
})

it('what fails before sending is told by who failed', async () => {
  const endpoint = 'http://127.0.0.1:1'
  const sts = Object.assign(new Error('Rate exceeded'), {
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  })
  const throttled = await thrownBy({ endpoint, credentials: () => Promise.reject(sts) })
  expect(classify(throttled, notReached).code).toBe('CredentialsUnavailable')
  const nameless = await thrownBy({ endpoint }, { FunctionName: undefined })
  expect(classify(nameless, notReached).code).toBe('RequestRejectedByClient')
  const header = await thrownBy({ endpoint }, { ClientContext: 'a\nb' })
  expect(classify(header, { ...sent, ran: 'no' }).code).toBe('RequestRejectedByClient')
})

it('a logged error shows neither the signed request nor the payload', async () => {
  const failure = await failureWhen(answer(500, ['x-amzn-errortype: ServiceException'], '{"Message":"oops"}'))
  const request = (failure.cause as { $response?: { body?: { req?: { getHeader(name: string): string } } } })
    .$response?.body?.req
  expect(request?.getHeader('authorization')).toContain('AWS4-HMAC-SHA256')
  const error = new InvokeError(failure, { target: 'f', attempts: [], elapsedMs: 0 })
  for (const customInspect of [true, false]) {
    const view = inspect({ error, cause: error.cause }, { depth: 20, showHidden: true, customInspect })
    expect(view).toContain('ServiceException')
    expect(view).not.toMatch(/SECRET|AWS4-HMAC|AKIA/)
  }
})
