import {
  InvokeCommand,
  LambdaClient,
  type InvokeCommandInput,
  type LambdaClientConfig,
} from '@aws-sdk/client-lambda'
import { onTestFinished, vi } from 'vitest'

export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

/** A request as the SDK has it, whether signed or not. */
export interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number | undefined
  readonly path: string
  readonly query: Record<string, string | string[]>
  readonly headers: Record<string, string>
  readonly body?: Uint8Array | undefined
}

/** What a client with these settings puts on the wire for an Invoke. */
export async function sentBySdk(
  config: LambdaClientConfig,
  input: InvokeCommandInput = { FunctionName: 'quote' },
): Promise<SdkRequest> {
  let seen: SdkRequest | undefined
  const handle = (request: SdkRequest): Promise<never> => {
    seen = { ...request, headers: { ...request.headers } }
    return Promise.reject(new Error('seen'))
  }
  const settings = { maxAttempts: 1, requestHandler: { handle } as never, ...config }
  await new LambdaClient(settings).send(new InvokeCommand(input)).catch(() => {})
  if (!seen) throw new Error('The client sent nothing.')
  return seen
}

/** No settings from this machine: neither its environment nor its files nor its instance metadata. */
export function bareEnvironment(env: Readonly<Record<string, string>> = {}): void {
  for (const name of Object.keys(process.env).filter((each) => each.startsWith('AWS_')))
    vi.stubEnv(name, undefined)
  const settings = {
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...env,
  }
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}
