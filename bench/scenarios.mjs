import { fork } from 'node:child_process'
import { once } from 'node:events'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker } from 'resilient-lambda'

const PAYLOAD = { sku: 'A1', text: 'x'.repeat(1_000) }
const BYTES = new TextEncoder().encode(JSON.stringify(PAYLOAD))
const ALL_OFF = { deadline: false, bulkhead: false, retry: false, circuitBreaker: false }

/** What each scenario compares: a bare call, and the same call through the library with its policies off and on. */
export const SCENARIOS = {
  async pipeline() {
    const encoder = new TextEncoder()
    const decoder = new TextDecoder()
    const answer = async () => BYTES
    const bare = async () => {
      encoder.encode(JSON.stringify(PAYLOAD))
      return JSON.parse(decoder.decode(await answer()))
    }
    return { variants: variantsOf({ transport: async () => ({ ok: true, value: BYTES, reply: {} }) }, bare) }
  },

  async stub() {
    const client = new LambdaClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
      requestHandler: {
        handle: async () => ({
          response: { statusCode: 200, headers: { 'x-amzn-requestid': 'bench' }, body: BYTES },
        }),
        updateHttpClientConfig() {},
        httpHandlerConfigs: () => ({}),
        destroy() {},
      },
    })
    return { variants: variantsOf({ client }, bareSend(client)) }
  },

  async loopback() {
    const server = fork(new URL('server.mjs', import.meta.url))
    const [clientSettings] = await once(server, 'message')
    // As many sockets as calls in flight, for both: what waits for a socket is not what is asked about.
    const client = new LambdaClient({ ...clientSettings, requestHandler: { httpAgent: { maxSockets: 64 } } })
    return {
      variants: variantsOf({ client }, bareSend(client)),
      betweenRounds: () => server.send('reset'),
      stop() {
        client.destroy()
        server.disconnect()
      },
    }
  },
}

/** JSON on both sides, as every caller does it. */
function bareSend(client) {
  return async () => {
    const command = new InvokeCommand({ FunctionName: 'quote', Payload: JSON.stringify(PAYLOAD) })
    const { Payload } = await client.send(command)
    return JSON.parse(Payload.transformToString())
  }
}

function variantsOf(options, bare) {
  const asItComes = createInvoker(options)('quote')
  const policiesOff = createInvoker({ ...options, bulkhead: false, defaults: ALL_OFF })('quote')
  return {
    bare,
    policiesOff: () => policiesOff.invoke(PAYLOAD),
    asItComes: () => asItComes.invoke(PAYLOAD),
  }
}
