import { LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker as create, type Invoker, type InvokerOptions } from '../src/index.js'

export * from '../src/index.js'

/** An invoker with a client that was handed in, where it would make its own. */
export function createInvoker(options: InvokerOptions = {}): Invoker {
  const { region, endpoint, credentials, ...others } = options
  if (endpoint === undefined || others.client || typeof others.transport === 'function')
    return create(options)
  const client = new LambdaClient({
    endpoint,
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    requestHandler: { connectionTimeout: 3_000, httpAgent: { maxSockets: 200 } },
  })
  return Object.assign(create({ client, ...others }), { destroy: () => client.destroy() })
}
