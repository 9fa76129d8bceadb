import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Codec, Observer } from 'resilient-lambda'
import type { LambdaContext } from 'resilient-lambda/testing'
import { VERSION } from '../../src/version.js'
import { BY_SDK } from './sending-by.js'
import { start } from './support.js'

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'tier=gold',
  'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
}

/** Puts entries into the carrier of each attempt. */
function carrying(entries: Readonly<Record<string, string>>): Observer {
  return {
    around(scope, run) {
      Object.assign(scope.carrier, entries)
      return run()
    },
  }
}

const functions = { quote: (_: unknown, context: LambdaContext) => context.clientContext ?? null }

describe('the user agent', () => {
  it("has this library's name and version after the SDK's own", async () => {
    const { local, lambda } = await start()
    await lambda('quote').invoke({})
    expect(local.requests[0]?.headers['user-agent']).toMatch(
      new RegExp(`^aws-sdk-js/.* resilient-lambda/${VERSION}$`),
    )
  })

  it("has the package's version", () => {
    const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect(VERSION).toBe((JSON.parse(file) as { version: string }).version)
  })

  it("keeps the user's own", async () => {
    const { local, lambda } = await start({ client: { customUserAgent: 'shop/7' } })
    await lambda('quote').invoke({})
    expect(local.requests[0]?.headers['user-agent']).toMatch(/ shop\/7 .*resilient-lambda\//)
  })
})

it('numbers the attempts, and gives each its own invocation id', async () => {
  const { local, lambda } = await start()
  local.faults('quote').next({ type: 'error', name: 'EC2UnexpectedException' })
  await lambda('quote').retry({ baseDelay: 0 }).invoke({})
  const [first, second] = local.requests.map(({ headers }) => headers)
  expect([first?.['amz-sdk-request'], second?.['amz-sdk-request']]).toEqual(['attempt=1', 'attempt=2'])
  expect(first?.['amz-sdk-invocation-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(second?.['amz-sdk-invocation-id']).not.toBe(first?.['amz-sdk-invocation-id'])
})

it('signs what each payload says, where a codec uses its bytes again for the next', async () => {
  const { local, lambda } = await start()
  const bytes = Buffer.alloc(1)
  const codec: Codec = {
    encode: (value) => bytes.fill(String(value)),
    decode: (reply) => Buffer.from(reply).toString(),
  }
  for (const said of ['1', '2']) expect(await lambda('quote').codec(codec).invoke(said)).toBe(said)
  const hashes = ['1', '2'].map((said) => createHash('sha256').update(said).digest('hex'))
  expect(local.requests.map(({ headers }) => headers['x-amz-content-sha256'])).toEqual(hashes)
})

it('names the tenant', async () => {
  const { local, lambda } = await start()
  await lambda('quote').tenant('a b').invoke({})
  await lambda('quote').invoke({})
  expect(local.requests.map(({ tenantId }) => tenantId)).toEqual(['a b', undefined])
})

describe('what observers put into the carrier', () => {
  it('reaches the function in the custom part of its client context, and trace context as headers', async () => {
    const { local, lambda } = await start({
      functions,
      invoker: { observers: [carrying({ ...TRACE, own: '1' })] },
    })
    expect(await lambda('quote').invoke()).toEqual({ custom: { ...TRACE, own: '1' } })
    expect(local.requests[0]?.headers).toMatchObject(TRACE)
    expect(local.requests[0]?.headers).not.toHaveProperty('own')
  })

  it("leaves the user's client context as it is, and his entries first", async () => {
    const { lambda } = await start({
      functions,
      invoker: { observers: [carrying({ a: 'trace', b: 'trace' })] },
    })
    const context = { client: { id: 7 }, custom: { a: 'mine' } }
    expect(await lambda('quote').clientContext(context).invoke()).toEqual({
      client: { id: 7 },
      custom: { a: 'mine', b: 'trace' },
    })
  })

  it.each([['text'], [7], [['a']]])('gives way to a custom part that is no object: %j', async (custom) => {
    const { lambda } = await start({ functions, invoker: { observers: [carrying({ a: 'trace' })] } })
    expect(await lambda('quote').clientContext({ custom }).invoke()).toEqual({ custom })
  })

  it('gives way where there is no room for both', async () => {
    const { lambda } = await start({ functions, invoker: { observers: [carrying({ a: 'x'.repeat(100) })] } })
    const context = { custom: { b: 'y'.repeat(2_600) } }
    expect(await lambda('quote').clientContext(context).invoke()).toEqual(context)
  })

  it('makes no client context where nothing was put in', async () => {
    const { local, lambda } = await start({ functions, invoker: { observers: [carrying({})] } })
    expect(await lambda('quote').invoke()).toBeNull()
    expect(local.requests[0]?.headers).not.toHaveProperty('x-amz-client-context')
  })

  it.runIf(BY_SDK)('does not replace headers that the client sets itself, by its middleware', async () => {
    const { local, client, lambda } = await start({ invoker: { observers: [carrying(TRACE)] } })
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['traceparent'] = 'its own'
        return next(args)
      },
      { step: 'build', name: 'own' },
    )
    await lambda('quote').invoke({})
    expect(local.requests[0]?.headers).toMatchObject({ ...TRACE, traceparent: 'its own' })
  })

  it('does not break the request when it is no header', async () => {
    const broken = { traceparent: 'a\r\nb: c', tracestate: '', baggage: 'ü' }
    const { local, lambda } = await start({ functions, invoker: { observers: [carrying(broken)] } })
    expect(await lambda('quote').invoke()).toEqual({ custom: broken })
    expect(Object.keys(local.requests[0]?.headers ?? {})).not.toEqual(expect.arrayContaining(['traceparent']))
  })
})
