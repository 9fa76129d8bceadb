import http from 'node:http'
import https from 'node:https'
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createClients } from '../../../src/transport/clients.js'
import {
  connectionSettingsOf,
  type ConnectionSettings,
} from '../../../src/transport/wire/connection-settings.js'
import { bareEnvironment, KEYS } from '../lean/support.js'

type Handler = NonNullable<LambdaClientConfig['requestHandler']>

interface NodeHandler {
  readonly configProvider: Promise<{ httpAgent?: http.Agent; httpAgentProvider?(): Promise<http.Agent> }>
}

beforeEach(() => bareEnvironment())

function settings(
  requestHandler: Handler = {},
  protocol = 'https:',
  more: LambdaClientConfig = {},
): Promise<ConnectionSettings> {
  const client = new LambdaClient({ region: 'eu-west-1', credentials: KEYS, requestHandler, ...more })
  return connectionSettingsOf(client, protocol)
}

/** A handler that has come to these settings, whatever its version. */
function resolved(config: object): Handler {
  class NodeHttpHandler {
    readonly configProvider = Promise.resolve({ ...config, httpsAgent: new https.Agent() })
    handle(): void {}
  }
  return new NodeHttpHandler() as object as Handler
}

describe('the settings of connections', () => {
  it("are the SDK's where nothing is set", async () => {
    expect(await settings()).toEqual({
      connectTimeoutMs: undefined,
      requestTimeoutMs: undefined,
      socketTimeoutMs: undefined,
      idleTimeoutMs: undefined,
      maxSockets: 50,
      keepAlive: true,
      tls: {},
      agent: undefined,
    })
  })

  it('are those of the mode of defaults', async () => {
    const client = new LambdaClient({ region: 'eu-west-1', credentials: KEYS, defaultsMode: 'standard' })
    expect(await connectionSettingsOf(client, 'https:')).toMatchObject({ connectTimeoutMs: 3_100 })
  })

  it('are those of the clients that the library makes', async () => {
    const clients = createClients({ region: 'eu-west-1', credentials: KEYS }, 256)
    for (const protocol of ['http:', 'https:']) {
      expect(await connectionSettingsOf(clients.clientOf(undefined), protocol)).toMatchObject({
        connectTimeoutMs: 3_000,
        idleTimeoutMs: 30_000,
        maxSockets: 256,
        keepAlive: true,
        agent: undefined,
      })
    }
  })

  it('are those given', async () => {
    const given = {
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      throwOnRequestTimeout: true,
      socketTimeout: 3_000,
    }
    expect(await settings(resolved(given))).toMatchObject({
      connectTimeoutMs: 1_000,
      requestTimeoutMs: 2_000,
      socketTimeoutMs: 3_000,
    })
  })

  it('have no limit where it is 0, and none to requests that only warns', async () => {
    const given = {
      connectionTimeout: 0,
      requestTimeout: 2_000,
      throwOnRequestTimeout: undefined,
      socketTimeout: 0,
    }
    expect(await settings(resolved(given))).toMatchObject({
      connectTimeoutMs: undefined,
      requestTimeoutMs: undefined,
      socketTimeoutMs: undefined,
    })
  })

  it('have a limit to requests that old handlers keep, which know nothing of warnings', async () => {
    expect(await settings(resolved({ requestTimeout: 2_000 }))).toMatchObject({ requestTimeoutMs: 2_000 })
  })

  it('come from the agent of the protocol', async () => {
    const handler = { httpAgent: { maxSockets: 7 }, httpsAgent: { maxSockets: 8, keepAlive: false } }
    expect(await settings(handler, 'http:')).toMatchObject({ maxSockets: 7, keepAlive: true })
    expect(await settings(handler, 'https:')).toMatchObject({ maxSockets: 8, keepAlive: false })
  })

  it('have what an agent knows of TLS', async () => {
    const tls = {
      ca: 'ca',
      cert: 'cert',
      key: 'key',
      servername: 'lambda',
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    } as const
    const httpsAgent = new https.Agent({
      ...tls,
      keepAlive: true,
      keepAliveMsecs: 5,
      maxSockets: 9,
      timeout: 5_000,
    })
    const found = await settings({ httpsAgent })
    expect(found).toMatchObject({ maxSockets: 9, idleTimeoutMs: 5_000, agent: undefined })
    expect(found.tls).toEqual(tls)
  })
})

describe('an agent', () => {
  class Proxy extends https.Agent {}
  const patched = Object.assign(new https.Agent(), { createConnection: () => undefined })

  it.each<[string, https.Agent]>([
    ['of a class of its own, as a proxy is', new Proxy()],
    ['that was changed', patched],
    ['that looks names up in its own way', new https.Agent({ lookup: () => {} })],
    ['that binds to an address', new https.Agent({ localAddress: '127.0.0.2' })],
    [
      'with options that we do not know',
      new https.Agent({ proxyEnv: { HTTPS_PROXY: 'http://proxy' } } as https.AgentOptions),
    ],
  ])('is kept when it does more than its settings say: %s', async (_, httpsAgent) => {
    expect((await settings({ httpsAgent })).agent).toBe(httpsAgent)
  })

  it('is the one that the client itself uses', async () => {
    const client = new LambdaClient({
      region: 'eu-west-1',
      credentials: KEYS,
      requestHandler: { httpAgent: { localAddress: '127.0.0.2' } },
    })
    const { agent } = await connectionSettingsOf(client, 'http:')
    expect(agent).toBeInstanceOf(http.Agent)
    const { configProvider } = client.config.requestHandler as unknown as NodeHandler
    const { httpAgent, httpAgentProvider } = await configProvider
    expect(agent).toBe(httpAgent ?? (await httpAgentProvider?.()))
  })
})

describe('a handler', () => {
  it('is known in a bundle that has given its class another name', async () => {
    const client = new LambdaClient({ region: 'eu-west-1', credentials: KEYS })
    const handlerClass = client.config.requestHandler.constructor
    const { name } = handlerClass
    onTestFinished(() => void Object.defineProperty(handlerClass, 'name', { value: name }))
    Object.defineProperty(handlerClass, 'name', { value: 't' })
    expect(await connectionSettingsOf(client, 'https:')).toMatchObject({ maxSockets: 50 })
  })

  it('that does something of its own is refused', async () => {
    const NodeHttpHandler = new LambdaClient({ region: 'eu-west-1' }).config.requestHandler
      .constructor as new () => object
    class Counting extends NodeHttpHandler {}
    const patchedHandler = Object.assign(new NodeHttpHandler(), {
      handle: () => Promise.reject(new Error('no')),
    })
    for (const requestHandler of [new Counting(), patchedHandler]) {
      await expect(settings(requestHandler as Handler)).rejects.toThrow(
        "client.requestHandler must be the SDK's NodeHttpHandler for the lean transport, which takes its place",
      )
    }
  })
})
