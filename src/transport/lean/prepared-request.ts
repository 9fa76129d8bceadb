import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { refusedAs } from '../../core/settings.js'

/** An Invoke as a client would put it on the wire. */
export interface PreparedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  /** Signed, and with whatever the client's own middleware adds. */
  readonly headers: Readonly<Record<string, string>>
}

/** What the lean transport can take the place of. */
export const A_CLIENT = 'a LambdaClient for the lean transport, which works with its configuration'

const NAME = 'prepared-by-resilient-lambda-never-sent'

/** Where the path of a prepared request ends. */
export const API_PATH = `/2015-03-31/functions/${NAME}/invocations`

/**
 * Has the client make an Invoke and stops it before it is sent, so that what comes out is what the client does, whatever
 * its version, its settings and its environment say. It fails as the client would: without a region, or credentials.
 *
 * @throws {InvalidSettingError} for a client that cannot make a request, such as a mock
 */
export async function prepareRequest(client: LambdaClient): Promise<PreparedRequest> {
  let begun = false
  let prepared: PreparedRequest | undefined
  const command = new InvokeCommand({ FunctionName: NAME })
  const stack = command.middlewareStack
  stack.add(
    (next) => (args) => {
      begun = true
      return next(args)
    },
    { name: 'resilientLambdaBegin', step: 'initialize', priority: 'high' },
  )
  // The SDK's retries would count this as a call, and may repeat what fails.
  stack.add((next) => (args) => next(args), {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    tags: ['RETRY'],
    override: true,
  })
  stack.add(
    () => (args) => {
      prepared = (args as unknown as { readonly request: PreparedRequest }).request
      return Promise.resolve({ response: undefined, output: { $metadata: {} } })
    },
    { name: 'resilientLambdaStop', step: 'deserialize', priority: 'high' },
  )
  try {
    // A client that caches its middleware would leave ours out if there were no options.
    await client.send(command, {})
  } catch (error) {
    if (begun && !prepared) throw error
  }
  if (!prepared) throw refusedAs('one that sends nothing, as a mock', 'client', A_CLIENT)
  return prepared
}
