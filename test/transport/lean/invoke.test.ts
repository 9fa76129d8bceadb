import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInvoker, type Fn, type Observer } from 'resilient-lambda'
import { startLocalLambda, type RequestRecord } from 'resilient-lambda/testing'

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'tier=gold',
  'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
  own: 'entry',
}

const carrying: Observer = {
  around(scope, run) {
    Object.assign(scope.carrier, TRACE)
    return run()
  },
}

/** What differs from one request to the next by its nature; and the user agent's second copy, meant for browsers. */
const OWN = ['amz-sdk-invocation-id', 'authorization', 'x-amz-date', 'x-amz-user-agent', 'host']

/** The request of a call, as a server gets it; without what is its own, and what is not signed of that. */
async function sentBy(
  transport: 'sdk' | 'lean',
  name: string,
  shape: (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>,
  payload: unknown,
): Promise<object> {
  const local = await startLocalLambda({ functions: { quote: (event: unknown) => event ?? null } })
  const lambda = createInvoker({ ...local.clientSettings, transport })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  await shape(lambda(name)).retry(false).safeInvoke(payload)
  const [{ method, path, headers } = {} as RequestRecord] = local.requests
  const signed = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';')
  const kept = Object.entries(headers).filter(([name]) => !OWN.includes(name))
  return {
    method,
    path,
    headers: Object.fromEntries(kept),
    signed: signed?.filter((name) => !OWN.includes(name)),
  }
}

const CASES: readonly (readonly [
  string,
  string,
  (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>,
  unknown,
])[] = [
  ['a name', 'quote', (fn) => fn, { sku: 'Ä1' }],
  ['no payload', 'quote', (fn) => fn, undefined],
  ['an empty payload', 'quote', (fn) => fn.codec({ encode: () => new Uint8Array(0), decode: () => 1 }), 1],
  ['a version', 'quote:7', (fn) => fn, {}],
  ['$LATEST', 'quote', (fn) => fn.qualifier('$LATEST'), {}],
  ['an ARN', 'arn:aws:lambda:us-east-1:123456789012:function:quote:live', (fn) => fn, {}],
  ['a partial ARN', '123456789012:function:quote', (fn) => fn, {}],
  ['logs', 'quote', (fn) => fn.logs(), {}],
  ['a tenant', 'quote', (fn) => fn.tenant('a b/c=d'), {}],
  ['a client context', 'quote', (fn) => fn.clientContext({ custom: { tier: 'gold' } }), {}],
  [
    'a durable execution',
    'quote:1',
    (fn) => fn.idempotencyKey('A-17', { as: 'durableExecutionName' }),
    { cents: 1 },
  ],
  ['what observers carry', 'quote', (fn) => fn.observe(carrying), {}],
]

describe('a request of the lean transport', () => {
  it.each(CASES)('is the one of the SDK, with %s', async (_, name, shape, payload) => {
    const [bySdk, byLean] = await Promise.all([
      sentBy('sdk', name, shape, payload),
      sentBy('lean', name, shape, payload),
    ])
    expect(byLean).toEqual(bySdk)
    expect(bySdk).toHaveProperty('headers.amz-sdk-request', 'attempt=1')
  })

  it.each<[string, (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>]>([
    ["the environment's", (fn) => fn],
    ["an observer's, where there is one", (fn) => fn.observe(carrying)],
  ])('has the trace of the function that it is sent from: %s', async (_, shape) => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'caller')
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-environment')
    onTestFinished(() => void vi.unstubAllEnvs())
    const bySdk = await sentBy('sdk', 'quote', shape, {})
    expect(await sentBy('lean', 'quote', shape, {})).toEqual(bySdk)
    expect(bySdk).toHaveProperty(['headers', 'x-amzn-trace-id'])
  })

  it('has an invocation id of its own', async () => {
    const local = await startLocalLambda({ functions: { quote: () => 1 } })
    const lambda = createInvoker({ ...local.clientSettings, transport: 'lean' })
    onTestFinished(async () => {
      lambda.destroy()
      await local.stop()
    })
    await Promise.all([lambda('quote').invoke(), lambda('quote').invoke()])
    const [first, second] = local.requests.map(({ headers }) => headers['amz-sdk-invocation-id'])
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).not.toBe(first)
  })
})
