import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { functionConfigurationOf } from '../../src/transport/function-configuration.js'

const QUOTE = { functionName: 'quote', qualifier: undefined, region: undefined }
const { signal } = new AbortController()

/** The SDK's handler as it was before it told warnings from errors, in a bundle that has given it another name. */
class H {
  metadata = {}
  readonly configProvider: Promise<object>

  constructor(config: object) {
    this.configProvider = Promise.resolve({ httpsAgent: {}, ...config })
  }

  handle(): never {
    throw new Error('not asked')
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {}
  }
}

class OtherHandler extends H {}

async function connectionWith(requestHandler: H, endpoint?: string): Promise<unknown> {
  const client = new LambdaClient({
    region: 'eu-west-1',
    requestHandler: requestHandler as never,
    ...(endpoint !== undefined && { endpoint }),
  })
  mockClient(client).on(GetFunctionConfigurationCommand).resolves({ Timeout: 3 })
  const outcome = await functionConfigurationOf(() => client, QUOTE, signal)
  return outcome.ok ? outcome.value.connection : outcome
}

describe('what is seen of a client', () => {
  const agents = { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: true } }

  it("is the limits of the SDK's own handler, the shortest that ends a request", async () => {
    const config = { requestTimeout: 200, socketTimeout: 300, ...agents }
    expect(await connectionWith(new H(config))).toEqual({ cutsAfterMs: 200, keepAlive: true })
    const warning = { ...config, throwOnRequestTimeout: undefined }
    expect(await connectionWith(new H(warning))).toMatchObject({ cutsAfterMs: 300 })
    const none = { ...warning, socketTimeout: 0 }
    expect(await connectionWith(new H(none))).toMatchObject({ cutsAfterMs: Infinity })
  })

  it('is the agent that the endpoint is reached with', async () => {
    expect(await connectionWith(new H(agents), 'http://127.0.0.1:1')).toMatchObject({
      keepAlive: false,
    })
    expect(await connectionWith(new H(agents), 'https://127.0.0.1:1')).toMatchObject({
      keepAlive: true,
    })
  })

  it('is nothing where the handler is another one, or has not made its agent yet', async () => {
    expect(await connectionWith(new OtherHandler({ socketTimeout: 1 }))).toEqual({
      cutsAfterMs: undefined,
      keepAlive: undefined,
    })
    expect(await connectionWith(new H({}), 'http://127.0.0.1:1')).toEqual({
      cutsAfterMs: Infinity,
      keepAlive: undefined,
    })
  })
})

describe('an answer', () => {
  it('is asked for with the qualifier, or without one', async () => {
    const client = new LambdaClient({ region: 'eu-west-1' })
    const mock = mockClient(client)
    mock.on(GetFunctionConfigurationCommand).resolves({ Timeout: 3 })
    await functionConfigurationOf(() => client, { ...QUOTE, qualifier: 'live' }, signal)
    expect(await functionConfigurationOf(() => client, QUOTE, signal)).toMatchObject({
      ok: true,
      value: { timeoutMs: 3_000 },
    })
    expect(mock.calls().map(({ args }) => args[0].input)).toStrictEqual([
      { FunctionName: 'quote', Qualifier: 'live' },
      { FunctionName: 'quote' },
    ])
  })

  it('that tells no timeout is none', async () => {
    const client = new LambdaClient({ region: 'eu-west-1' })
    const mock = mockClient(client)
    for (const answer of [{}, undefined]) {
      mock.on(GetFunctionConfigurationCommand).resolves(answer as object)
      expect(await functionConfigurationOf(() => client, QUOTE, signal)).toMatchObject({
        ok: false,
        failure: { code: 'ReplyNotDecodable', verdict: { ran: 'no' } },
      })
    }
  })
})
