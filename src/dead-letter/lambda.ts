import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { InvalidSettingError, required, shape, text, wholeNumber } from '../core/settings.js'
import { parseTarget, withQualifier } from '../invoker/target.js'
import type { DeadLetterSink } from '../policies/dead-letter.js'
import { assertWhole, encodeLetter } from './message.js'

/** A function for dead letters. */
export interface LambdaDeadLetterOptions {
  /** Its name or ARN. */
  readonly function: string
  readonly qualifier?: string
  /** @defaultValue one for the function's region, made with the first letter */
  readonly client?: LambdaClient
  /** The largest event to send. @defaultValue 1,048,576 */
  readonly maxBytes?: number
}

/** Source: Lambda quotas, "Invocation payload": 1 MB for asynchronous invocations. */
const MAX_BYTES = 1_048_576

const optional = shape({
  function: parseTarget,
  qualifier: text,
  client: lambdaClient,
  maxBytes: wholeNumber(1_024),
})
const options = required(optional, 'function')

/**
 * A sink that invokes a function asynchronously with each letter, as a `DeadLetterMessage`: Lambda queues it, and runs
 * the function again when it fails.
 *
 * A letter that is too large goes without what is long in its story, or without its payload; whenever the payload is not
 * kept as it was, the sink fails all the same, saying so. The SDK's own retries stay on, so that a letter may come twice,
 * with the same id.
 *
 * @throws {InvalidSettingError}
 */
export function lambdaDeadLetter(given: LambdaDeadLetterOptions): DeadLetterSink {
  const path = 'lambdaDeadLetter'
  const { function: named, qualifier, maxBytes = MAX_BYTES, client: own } = options(given, path)
  const target = qualifier === undefined ? named : withQualifier(named, qualifier, `${path}.qualifier`)
  let made: LambdaClient | undefined

  return async function sendToFunction(letter) {
    const client =
      own ?? (made ??= new LambdaClient(target.region === undefined ? {} : { region: target.region }))
    const encoded = encodeLetter(letter, maxBytes, 'an asynchronous invocation')
    const command = new InvokeCommand({
      FunctionName: target.functionName,
      ...(target.qualifier !== undefined && { Qualifier: target.qualifier }),
      InvocationType: 'Event',
      Payload: Buffer.from(encoded.body),
    })
    await client.send(command, { abortSignal: letter.signal })
    assertWhole(encoded)
  }
}

function lambdaClient(given: unknown, path: string): LambdaClient {
  if (typeof (given as Partial<LambdaClient> | null)?.send === 'function') return given as LambdaClient
  throw new InvalidSettingError(path, given, 'a LambdaClient')
}
