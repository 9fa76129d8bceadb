import type { LambdaClient, LambdaClientConfig } from '@aws-sdk/client-lambda'
import { OwnClient } from './own-client.js'
import type { ClientOf } from './sdk.js'

/** How to reach Lambda. */
export interface ClientOptions {
  /** A client of your own, used as it is; or a function that has one for each region. Excludes the options below. */
  readonly client?: LambdaClient | ((region: string | undefined) => LambdaClient)
  /** @defaultValue as the SDK finds it: AWS_REGION, the shared configuration */
  readonly region?: string
  /** @defaultValue Lambda's own endpoint of the region */
  readonly endpoint?: string
  /** @defaultValue the SDK's default provider chain */
  readonly credentials?: NonNullable<LambdaClientConfig['credentials']>
}

/** Clients that can be let go. */
export interface Clients {
  readonly clientOf: ClientOf
  /** Closes the sockets of the clients made here; never of one that was handed in. */
  destroy(): void
}

const CONNECTION_TIMEOUT_MS = 3_000

/**
 * A connection that the far end drops while it is idle fails the next request on it, which then may have run and is not
 * repeated. So ours go first; a connection in use is never cut by this.
 */
const IDLE_SOCKET_MS = 30_000

/** One client for each region, made on first use, with as many sockets as calls may be in flight. */
export function createClients({ client, ...config }: ClientOptions, maxSockets: number): Clients {
  if (typeof client === 'function') return { clientOf: client, destroy() {} }
  if (client) return { clientOf: () => client, destroy() {} }
  const clients = new Map<string | undefined, LambdaClient>()
  return {
    clientOf(region = config.region) {
      let made = clients.get(region)
      if (!made) {
        made = new OwnClient({
          ...config,
          ...(region !== undefined && { region }),
          requestHandler: handlerFor(maxSockets),
        })
        clients.set(region, made)
      }
      return made
    },
    destroy() {
      for (const made of clients.values()) made.destroy()
      clients.clear()
    },
  }
}

function handlerFor(maxSockets: number): NonNullable<LambdaClientConfig['requestHandler']> {
  const agent = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS }
  return { connectionTimeout: CONNECTION_TIMEOUT_MS, httpAgent: agent, httpsAgent: agent }
}
