import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInvoker, lambda as defaultLambda, type InvokerOptions } from 'resilient-lambda'
import { createScript, startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import { createClients } from '../../src/transport/clients.js'
import { failureOf } from '../invoker/support.js'
import { start } from './support.js'

function arnIn(region: string): string {
  return `arn:aws:lambda:${region}:123456789012:function:quote`
}

/** A local Lambda of one region. */
async function regional(region: string): Promise<LocalLambda> {
  const local = await startLocalLambda({ functions: { quote: () => region }, region })
  onTestFinished(() => local.stop())
  return local
}

/** Which region each request was signed for. */
function regionsOf(local: LocalLambda): (string | undefined)[] {
  return local.requests.map(({ headers }) => headers.authorization?.split('/')[2])
}

describe('the default invoker', () => {
  it('is made from the environment, and not before the first call', async () => {
    const local = await regional('eu-west-1')
    const chain = defaultLambda('quote').deadline('10s')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', local.endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await chain.invoke()).toBe('eu-west-1')
    expect(regionsOf(local)).toEqual(['eu-west-1'])
    defaultLambda.destroy()
    await local.until(({ openSockets }) => openSockets === 0)
  })
})

describe('clients that the invoker makes', () => {
  it('are one for each region, made when it is first called', async () => {
    const local = await regional('eu-west-1')
    const { endpoint, credentials } = local.clientSettings
    const { clientOf, destroy } = createClients({ region: 'eu-west-1', endpoint, credentials }, 8)
    onTestFinished(destroy)
    expect(clientOf(undefined)).toBe(clientOf(undefined))
    expect(clientOf('eu-west-1')).toBe(clientOf(undefined))
    expect(clientOf('eu-central-1')).not.toBe(clientOf(undefined))
    expect(await clientOf('eu-central-1').config.region()).toBe('eu-central-1')
  })

  it('are chosen by the region of the ARN', async () => {
    const local = await regional('eu-central-1')
    const { endpoint, credentials } = local.clientSettings
    const lambda = createInvoker({ region: 'eu-west-1', endpoint, credentials })
    onTestFinished(() => lambda.destroy())
    await lambda(arnIn('eu-central-1')).safeInvoke()
    await lambda('quote').safeInvoke()
    await lambda(`${arnIn('eu-central-1')}:live`).safeInvoke()
    expect(regionsOf(local)).toEqual(['eu-central-1', 'eu-west-1', 'eu-central-1'])
  })

  it('have as many sockets as calls may be in flight', async () => {
    const local = await regional('eu-west-1')
    const { clientOf, destroy } = createClients(local.clientSettings, 1)
    onTestFinished(destroy)
    const send = (): Promise<unknown> =>
      clientOf(undefined).send(new InvokeCommand({ FunctionName: 'quote' }))
    await Promise.all([send(), send(), send()])
    expect(local.requests.map(({ connection }) => connection)).toEqual([1, 1, 1])
  })

  it('are closed by destroy(), and made again when they are needed', async () => {
    const local = await regional('eu-west-1')
    const lambda = createInvoker(local.clientSettings)
    await lambda('quote').invoke()
    expect(local.openSockets).toBe(1)
    lambda.destroy()
    await local.until(({ openSockets }) => openSockets === 0)
    expect(await lambda('quote').invoke()).toBe('eu-west-1')
    lambda.destroy()
    await local.until(({ openSockets }) => openSockets === 0)
  })

  it('ask for credentials only when something is sent', async () => {
    const local = await regional('eu-west-1')
    let asked = 0
    const credentials = (): Promise<typeof local.clientSettings.credentials> => {
      asked += 1
      return Promise.resolve(local.clientSettings.credentials)
    }
    const lambda = createInvoker({ ...local.clientSettings, credentials })
    onTestFinished(() => lambda.destroy())
    const chain = lambda('quote').deadline('9s').retry({ attempts: 2 })
    chain.explain()
    expect(asked).toBe(0)
    await chain.invoke()
    expect(asked).toBe(1)
  })
})

describe('a client that is handed in', () => {
  it('is used as it is', async () => {
    const { local, lambda } = await start()
    expect(await lambda('quote').invoke(7)).toBe(7)
    expect(local.requests).toHaveLength(1)
  })

  it('takes ARNs of its own region', async () => {
    const { lambda } = await start()
    expect(await lambda(arnIn('us-east-1')).invoke(7)).toBe(7)
  })

  it('is not used for another region, where the function is another one', async () => {
    const { local, lambda } = await start()
    const error = await failureOf(lambda(arnIn('eu-west-1')).invoke(7))
    expect(error).toMatchObject({ code: 'RegionMismatch', mayHaveRun: false, attempts: [{ ran: 'no' }] })
    expect(error.message).toContain(
      'the function is in eu-west-1, but the client that was handed in is for us-east-1',
    )
    expect(local.requests).toEqual([])
  })

  it('may be a function that has one for each region', async () => {
    const local = await regional('eu-west-1')
    const asked: (string | undefined)[] = []
    const clients = new Map<string, LambdaClient>()
    const client = (region = 'us-east-1'): LambdaClient => {
      const known = clients.get(region) ?? new LambdaClient({ ...local.clientSettings, region })
      clients.set(region, known)
      return known
    }
    onTestFinished(() => clients.forEach((each) => each.destroy()))
    const lambda = createInvoker({
      client: (region) => {
        asked.push(region)
        return client(region)
      },
    })
    await lambda('quote').safeInvoke()
    await lambda(arnIn('eu-west-1')).safeInvoke()
    expect(asked).toEqual([undefined, 'eu-west-1'])
    expect(regionsOf(local)).toEqual(['us-east-1', 'eu-west-1'])
  })

  it('is checked when it comes from a function too', async () => {
    const { client } = await start()
    const error = await failureOf(createInvoker({ client: () => client })(arnIn('eu-west-1')).invoke())
    expect(error.code).toBe('RegionMismatch')
  })

  it.each<[string, () => LambdaClient]>([
    [
      'throws',
      () => {
        throw new Error('no client today')
      },
    ],
    ['has none', () => undefined as never],
  ])('is an error where its function %s', async (_, client) => {
    const error = await failureOf(createInvoker({ client })('quote').invoke())
    expect(error).toMatchObject({ code: 'RequestRejectedByClient', mayHaveRun: false })
  })

  it.each(['region', 'endpoint', 'credentials'] as const)('excludes %s, which it has itself', (key) => {
    const others = {
      region: 'eu-west-1',
      endpoint: 'http://localhost:1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's3cret' },
    }
    const given: InvokerOptions = { client: new LambdaClient({ region: 'eu-west-1' }), [key]: others[key] }
    expect(() => createInvoker(given)).toThrow(`options.${key} must be left out when a client is handed in`)
    expect(() => createInvoker(given)).not.toThrow('s3cret')
  })

  it('is refused beside a transport, which takes its place', () => {
    const given = { client: new LambdaClient({}), transport: createScript().transport }
    expect(() => createInvoker(given)).toThrow(
      'options.client must be left out when a transport is handed in',
    )
  })
})
