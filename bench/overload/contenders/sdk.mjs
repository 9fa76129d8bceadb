import { createRequire } from 'node:module'

// The copy that the Lambda client itself uses.
const requireAsSdk = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/client-lambda'))
const { AdaptiveRetryStrategy, retryMiddleware, StandardRetryStrategy } = requireAsSdk('@smithy/core/retry')

const ATTEMPTS = 3
const CONTEXT_KEY = '__smithy_context'

/** The SDK's own retry middleware around its own strategy, one for each client, as a client makes it. */
function sdk(name, makeStrategy) {
  return {
    name,
    prepare: () => () => {
      const strategy = makeStrategy()
      const retries = retryMiddleware({
        retryStrategy: async () => strategy,
        maxAttempts: async () => ATTEMPTS,
      })
      return (call) => {
        const send = retries(() => call.attempt().then(() => ({ output: { $metadata: {} } })), {
          [CONTEXT_KEY]: { abortSignal: call.signal },
        })
        return send({})
      }
    },
  }
}

export const sdkStandard = sdk('SDK standard', () => new StandardRetryStrategy(ATTEMPTS))
export const sdkAdaptive = sdk('SDK adaptive', () => new AdaptiveRetryStrategy(async () => ATTEMPTS))
