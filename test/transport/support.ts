import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { onTestFinished } from 'vitest'
import { createInvoker, type Attempt, type Fn, type Invoker, type InvokerOptions } from 'resilient-lambda'
import { startLocalLambda, type LocalLambda, type LocalLambdaOptions } from 'resilient-lambda/testing'

interface World {
  readonly local: LocalLambda
  /** A client as a user would hand it in. */
  readonly client: LambdaClient
  /** An invoker on that client. */
  readonly lambda: Invoker
}

interface Settings {
  readonly functions?: LocalLambdaOptions['functions']
  readonly client?: LambdaClientConfig
  readonly invoker?: InvokerOptions
}

/** A local Lambda with a function `quote`, and the real SDK's client for it; gone when the test is over. */
export async function start(settings: Settings = {}): Promise<World> {
  const local = await startLocalLambda({
    functions: settings.functions ?? { quote: (event) => event ?? null },
  })
  const client = new LambdaClient({ ...local.clientSettings, ...settings.client })
  onTestFinished(async () => {
    client.destroy()
    await local.stop()
  })
  return { local, client, lambda: createInvoker({ client, ...settings.invoker }) }
}

/** The one attempt that a chain makes. */
export async function attemptOf(
  chain: Fn<unknown, unknown>,
  payload?: unknown,
  signal?: AbortSignal,
): Promise<Attempt> {
  const { meta } = await chain.retry(false).safeInvoke(payload, signal ? { signal } : {})
  const [attempt, ...others] = meta.attempts
  if (!attempt || others.length > 0) throw new Error(`There were ${meta.attempts.length} attempts.`)
  return attempt
}
