import type { FunctionSettings } from '../parse-function.js'
import type { Place } from '../parse-options.js'

/** Dummies: the server checks no signature, and nothing signed with them can reach a real account. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const

/** The environment variables of a worker: this process's, without its AWS ones, and what Lambda sets. */
export function workerVariables(
  settings: FunctionSettings,
  version: string,
  logStreamName: string,
  place: Place,
): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    // A handler under test must never find the developer's own credentials.
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('AWS_'),
  )
  return {
    ...Object.fromEntries(inherited),
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(settings.name),
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    ...settings.environment,
  }
}

export function logGroupOf(functionName: string): string {
  return `/aws/lambda/${functionName}`
}
