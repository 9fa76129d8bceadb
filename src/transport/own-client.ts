import {
  InvokeCommand,
  LambdaClient,
  type InvokeCommandInput,
  type InvokeCommandOutput,
  type LambdaClientConfig,
} from '@aws-sdk/client-lambda'
import { equip } from './middleware.js'
import { OwnHandler } from './own-handler.js'
import type { Sighting } from './sighting.js'

const sightings = new WeakMap<object, Sighting>()

/**
 * A client for nobody but us, which does once what a client otherwise does for each request: it puts its middleware
 * together, and makes what signs. Its Invokes go out by a handler of ours.
 */
export class OwnClient extends LambdaClient {
  readonly #handler = new OwnHandler(this)

  constructor(config: LambdaClientConfig) {
    super({ ...config, cacheMiddleware: true })
    keepSigners(this)
  }

  invoke(input: InvokeCommandInput, sighting: Sighting): Promise<InvokeCommandOutput> {
    return this.send(new OwnInvokeCommand(input, sighting, this.#handler))
  }

  override destroy(): void {
    super.destroy()
    this.#handler.destroy()
  }
}

/**
 * An Invoke through a client of ours. The middleware, ours included, is put together with the first one and finds by its
 * input whose request it is.
 */
class OwnInvokeCommand extends InvokeCommand {
  readonly #handler: OwnHandler

  constructor(input: InvokeCommandInput, sighting: Sighting, handler: OwnHandler) {
    super(input)
    this.#handler = handler
    sightings.set(this.input, sighting)
  }

  /** Of a command without a payload, since the client keeps the one that this is asked of. */
  override resolveMiddleware(
    ...[stack, config, options]: Parameters<InvokeCommand['resolveMiddleware']>
  ): ReturnType<InvokeCommand['resolveMiddleware']> {
    const command = new InvokeCommand({ FunctionName: 'any' })
    equip(command.middlewareStack, {
      sightingOf: (_context, { input }) => sightings.get(input) as Sighting,
      handler: this.#handler,
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
