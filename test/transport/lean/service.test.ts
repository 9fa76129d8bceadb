import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { InvalidSettingError } from '../../../src/core/settings.js'
import { classify } from '../../../src/failures/classify.js'
import { serviceOf, type LambdaService } from '../../../src/transport/lean/service.js'
import { RegionMismatch } from '../../../src/transport/sdk.js'
import { VERSION } from '../../../src/version.js'
import { start } from '../support.js'
import { bareEnvironment, KEYS, sentBySdk } from './support.js'

const HOME = { region: 'eu-west-1', credentials: KEYS }

beforeEach(() => bareEnvironment())

function service(config: LambdaClientConfig = HOME, region?: string): LambdaService | Promise<LambdaService> {
  return serviceOf(new LambdaClient(config), region)
}

/** What both ways of calling make of a failure: the code of the verdict, and the error. */
async function refusalOf(asked: Promise<unknown>): Promise<object> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  )
  const { code } = classify(error, { reached: false, ran: 'no', nowMs: 0 })
  return { code, name: error?.name, message: error?.message }
}

describe('where requests go', () => {
  it.each<[string, LambdaClientConfig, Record<string, string>, string, string]>([
    ['a region', HOME, {}, 'https://lambda.eu-west-1.amazonaws.com/', ''],
    ['a partition', { ...HOME, region: 'cn-north-1' }, {}, 'https://lambda.cn-north-1.amazonaws.com.cn/', ''],
    [
      'the region of the environment',
      { credentials: KEYS },
      { AWS_REGION: 'us-west-2' },
      'https://lambda.us-west-2.amazonaws.com/',
      '',
    ],
    [
      'FIPS',
      { ...HOME, region: 'us-east-1', useFipsEndpoint: true },
      {},
      'https://lambda-fips.us-east-1.amazonaws.com/',
      '',
    ],
    ['dual-stack', { ...HOME, useDualstackEndpoint: true }, {}, 'https://lambda.eu-west-1.api.aws/', ''],
    [
      'both, from the environment',
      { ...HOME, region: 'us-east-1' },
      { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      'https://lambda-fips.us-east-1.api.aws/',
      '',
    ],
    [
      'an endpoint',
      { ...HOME, endpoint: 'https://vpce-1.example.com' },
      {},
      'https://vpce-1.example.com/',
      '',
    ],
    [
      'an endpoint with port and path',
      { ...HOME, endpoint: 'http://127.0.0.1:3001/base/path' },
      {},
      'http://127.0.0.1:3001/',
      '/base/path',
    ],
    ['an endpoint in IPv6', { ...HOME, endpoint: 'http://[::1]:3001' }, {}, 'http://[::1]:3001/', ''],
    [
      "the environment's endpoint",
      HOME,
      { AWS_ENDPOINT_URL: 'http://localhost:4566/a' },
      'http://localhost:4566/',
      '/a',
    ],
    [
      "the environment's endpoint for Lambda",
      HOME,
      { AWS_ENDPOINT_URL_LAMBDA: 'http://localhost:3001' },
      'http://localhost:3001/',
      '',
    ],
  ])('is where the client sends them: %s', async (_, config, env, endpoint, basePath) => {
    bareEnvironment(env)
    const found = await service(config)
    expect([found.endpoint.href, found.basePath]).toEqual([endpoint, basePath])
    const { protocol, hostname, port, path, headers } = await sentBySdk(config)
    expect(found.endpoint.href).toBe(new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}`).href)
    expect(`${found.basePath}/2015-03-31/functions/quote/invocations`).toBe(path)
    expect(found.host).toBe(headers['host'])
  })

  it('is signed for in the region and under the name that the client has', async () => {
    expect((await service()).signing).toEqual({ region: 'eu-west-1', service: 'lambda' })
    const endpointProvider = (): never => {
      const authSchemes = [{ name: 'sigv4', signingName: 'other', signingRegion: 'us-east-2' }]
      return { url: new URL('https://lambda.example.com'), properties: { authSchemes } } as never
    }
    const other = await service({ ...HOME, endpointProvider })
    expect(other).toMatchObject({ region: 'eu-west-1', signing: { region: 'us-east-2', service: 'other' } })
  })
})

describe('the user agent', () => {
  it.each<[string, LambdaClientConfig, Record<string, string>]>([
    ['plain', HOME, {}],
    ['custom', { ...HOME, customUserAgent: 'shop/7' }, {}],
    ['with an application', HOME, { AWS_SDK_UA_APP_ID: 'till' }],
    ['inside Lambda', HOME, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }],
  ])("is the SDK's and ours: %s", async (_, config, env) => {
    bareEnvironment(env)
    const sent = await sentBySdk(config)
    expect(sent.headers['user-agent']).toMatch(/^aws-sdk-js\//)
    expect((await service(config)).userAgent).toBe(
      `${sent.headers['user-agent']} resilient-lambda/${VERSION}`,
    )
  })
})

describe('a service', () => {
  it('is found out once for each client, and at hand without a promise from then on', async () => {
    const credentials = vi.fn(() => Promise.resolve(KEYS))
    const client = new LambdaClient({ ...HOME, credentials })
    const [first, second] = await Promise.all([serviceOf(client), serviceOf(client, 'eu-west-1')])
    expect(second).toBe(first)
    expect(serviceOf(client, 'eu-west-1')).toBe(first)
    expect(credentials).toHaveBeenCalledOnce()
  })

  it('has credentials at hand without a promise', async () => {
    const found = await service()
    expect(await found.credentials()).toMatchObject(KEYS)
    expect(found.credentials()).toMatchObject(KEYS)
  })

  it('is found out without a request', async () => {
    const { local, client } = await start()
    expect((await serviceOf(client)).endpoint.href).toBe(`${local.endpoint}/`)
    expect(local.requests).toEqual([])
  })

  it('is found out of a client that keeps its middleware, which goes on working', async () => {
    const { local, client } = await start({ client: { cacheMiddleware: true } })
    const call = (): Promise<unknown> => client.send(new InvokeCommand({ FunctionName: 'quote' }))
    await call()
    expect(await serviceOf(client)).toMatchObject({ host: new URL(local.endpoint).host })
    await call()
    expect(local.requestsOf('quote')).toHaveLength(2)
  })

  it("is found out without the client's retries", async () => {
    const acquireInitialRetryToken = vi.fn()
    const retryStrategy = { acquireInitialRetryToken } as never
    expect(await service({ ...HOME, retryStrategy })).toMatchObject({ region: 'eu-west-1' })
    expect(acquireInitialRetryToken).not.toHaveBeenCalled()
  })

  it("is found out although the client's middleware cannot do with a request that was not sent", async () => {
    const client = new LambdaClient(HOME)
    client.middlewareStack.add(
      (next) => async (args) => {
        const { response } = await next(args)
        return (response as { body: never }).body
      },
      { step: 'initialize' },
    )
    expect(await serviceOf(client)).toMatchObject({ region: 'eu-west-1' })
  })

  it('is for one region', async () => {
    const client = new LambdaClient(HOME)
    const refusal = new RegionMismatch(
      'the function is in us-east-1, but the client that was handed in is for eu-west-1',
    )
    await expect(serviceOf(client, 'us-east-1')).rejects.toEqual(refusal)
    await serviceOf(client)
    expect(() => serviceOf(client, 'us-east-1')).toThrow(refusal)
  })

  it('has the region refused before credentials are asked for', async () => {
    const credentials = vi.fn()
    await expect(service({ ...HOME, credentials }, 'us-east-1')).rejects.toBeInstanceOf(RegionMismatch)
    expect(credentials).not.toHaveBeenCalled()
  })
})

describe('what cannot be had', () => {
  it.each<[string, LambdaClientConfig, string]>([
    ['a region', { credentials: KEYS }, 'RegionMissing'],
    ['credentials', { region: 'eu-west-1' }, 'CredentialsUnavailable'],
    [
      'credentials, since their source is down',
      { ...HOME, credentials: () => Promise.reject(new Error('no credentials')) },
      'CredentialsUnavailable',
    ],
    [
      'credentials, which are none',
      { ...HOME, credentials: () => Promise.resolve({} as typeof KEYS) },
      'CredentialsUnavailable',
    ],
    [
      'an endpoint',
      { ...HOME, useFipsEndpoint: true, endpoint: 'http://localhost' },
      'RequestRejectedByClient',
    ],
  ])('fails as it does with the SDK: %s', async (_, config, code) => {
    const client = new LambdaClient(config)
    const ours = await refusalOf(Promise.resolve(serviceOf(client)))
    expect(ours).toEqual(await refusalOf(client.send(new InvokeCommand({ FunctionName: 'quote' }))))
    expect(ours).toMatchObject({ code })
  })

  it('may be had later', async () => {
    const credentials = vi.fn(() => Promise.resolve(KEYS)).mockRejectedValueOnce(new Error('STS is down'))
    const client = new LambdaClient({ ...HOME, credentials })
    await expect(serviceOf(client)).rejects.toThrow('STS is down')
    expect(await serviceOf(client)).toMatchObject({ region: 'eu-west-1' })
  })
})

describe('what the lean transport cannot take the place of', () => {
  const mocked = (): LambdaClient => {
    const client = new LambdaClient(HOME)
    mockClient(client).on(InvokeCommand).rejects(new Error('from the mock'))
    return client
  }
  const bare = (): LambdaClient => {
    const client = new LambdaClient(HOME)
    mockClient(client)
    return client
  }
  const A_CLIENT =
    'client must be a LambdaClient for the lean transport, which works with its configuration, but was'
  const SIGNING = 'client must be one that signs with Signature Version 4 for the lean transport, but was'
  const unsigned = { sign: (request: unknown) => Promise.resolve(request) }
  const bearer = {
    sign: (request: { headers: Record<string, string> }) => {
      request.headers['authorization'] = 'Bearer token-1'
      return Promise.resolve(request)
    },
  }

  it.each<[string, () => unknown, string]>([
    [
      'an object that only sends',
      () => ({ send: () => Promise.resolve({}) }),
      `${A_CLIENT} an object with send.`,
    ],
    ['a mock', bare, `${A_CLIENT} one that sends nothing, as a mock.`],
    ['a mock that fails', mocked, `${A_CLIENT} one that sends nothing, as a mock.`],
    [
      'a client that does not sign',
      () => new LambdaClient({ ...HOME, signer: unsigned } as never),
      `${SIGNING} one that does not sign.`,
    ],
    [
      'a client with a token',
      () => new LambdaClient({ ...HOME, signer: bearer } as never),
      `${SIGNING} one that signs with Bearer.`,
    ],
    [
      'a handler of another kind',
      () => new LambdaClient({ ...HOME, requestHandler: { handle: () => {} } as never }),
      "client.requestHandler must be the SDK's NodeHttpHandler for the lean transport, which takes its place, but was an object with handle.",
    ],
  ])('is refused in words: %s', async (_, client, message) => {
    const refused = Promise.resolve(serviceOf(client() as LambdaClient, undefined))
    await expect(refused).rejects.toBeInstanceOf(InvalidSettingError)
    await expect(refused).rejects.toThrow(message)
  })
})

describe('the clock', () => {
  const NOW = Date.parse('2026-03-01T12:00:00Z')
  const date = (offsetMs: number): string => new Date(NOW + offsetMs).toUTCString()
  const MINUTE = 60_000

  it("is the client's, read and set", async () => {
    const client = new LambdaClient({ ...HOME, systemClockOffset: 7 })
    const found = await serviceOf(client)
    expect(found.clockOffsetMs).toBe(7)
    client.config.systemClockOffset = 9
    expect(found.clockOffsetMs).toBe(9)
    expect(found.correctClock(date(10 * MINUTE), NOW, 9)).toBe(true)
    expect([found.clockOffsetMs, client.config.systemClockOffset]).toEqual([10 * MINUTE, 10 * MINUTE])
  })

  it('was not at fault where it was right, or where nothing says what it should be', async () => {
    const found = await service()
    expect(found.correctClock(date(3_000), NOW, 0)).toBe(false)
    expect(found.clockOffsetMs).toBe(3_000)
    for (const useless of [undefined, '', 'soon']) expect(found.correctClock(useless, NOW, 0)).toBe(false)
    expect(found.clockOffsetMs).toBe(3_000)
  })

  it('was at fault for every request that was signed before it was corrected', async () => {
    const found = await service()
    expect(found.correctClock(date(-MINUTE * 10), NOW, 0)).toBe(true)
    expect(found.correctClock(date(-MINUTE * 10), NOW, 0)).toBe(true)
    expect(found.correctClock(date(-MINUTE * 10), NOW, found.clockOffsetMs)).toBe(false)
  })

  const canBeTold = 'disableClockSkewCorrection' in new LambdaClient(HOME).config

  it.runIf(canBeTold)('stays as it is where the client is told not to correct it', async () => {
    const found = await service({ ...HOME, disableClockSkewCorrection: true })
    expect(found.correctClock(date(10 * MINUTE), NOW, 0)).toBe(false)
    expect(found.clockOffsetMs).toBe(0)
  })
})
