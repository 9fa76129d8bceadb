import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { equip, type Sighting } from './middleware.js'

const own = new WeakSet<LambdaClient>()
const sightings = new WeakMap<object, Sighting>()

/**
 * A client for nobody but us, which does once what a client otherwise does for each request: it puts its middleware
 * together, and makes what signs.
 */
export function ownClient(config: LambdaClientConfig): LambdaClient {
  const client = new LambdaClient({ ...config, cacheMiddleware: true })
  keepSigners(client)
  own.add(client)
  return client
}

/** Whether nobody but us has the client, so that its middleware stays what it is. */
export function isOwn(client: LambdaClient): boolean {
  return own.has(client)
}

/**
 * An Invoke through a client of ours. The middleware, ours included, is put together with the first one and finds by its
 * input whose request it is.
 */
export class OwnInvokeCommand extends InvokeCommand {
  constructor(input: ConstructorParameters<typeof InvokeCommand>[0], sighting: Sighting) {
    super(input)
    sightings.set(this.input, sighting)
  }

  /** Of a command without a payload, since the client keeps the one that this is asked of. */
  override resolveMiddleware(
    ...[stack, config, options]: Parameters<InvokeCommand['resolveMiddleware']>
  ): ReturnType<InvokeCommand['resolveMiddleware']> {
    const handler = config.requestHandler
    const command = new InvokeCommand({ FunctionName: 'any' })
    equip(command, {
      watchable: true,
      sightingOf: ({ input }) => sightings.get(input) as Sighting,
      send: (request, { context }) => handler.handle(request as never, { abortSignal: context.scope.signal }),
    })
    return command.resolveMiddleware(stack, config, options)
  }
}

/** The SDK makes a new signer for each request, though nothing in it changes: credentials are asked for when it signs. */
function keepSigners({ config }: LambdaClient): void {
  const make = config.signer as unknown
  if (typeof make !== 'function') return
  const kept = new Map<string, Promise<unknown>>()
  const signerFor = (scheme?: object): Promise<unknown> => {
    const key = JSON.stringify(scheme)
    const known = kept.get(key)
    if (known) return known
    const made = Promise.resolve(make(scheme) as unknown)
    kept.set(key, made)
    // The next request asks again.
    made.catch(() => kept.delete(key))
    return made
  }
  Object.assign(config, { signer: signerFor })
}
