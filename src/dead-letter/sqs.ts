import type * as Sqs from '@aws-sdk/client-sqs'
import type { SQSClient } from '@aws-sdk/client-sqs'
import {
  callback,
  either,
  InvalidSettingError,
  required,
  shape,
  text,
  wholeNumber,
} from '../core/settings.js'
import type { DeadLetter, DeadLetterSink } from '../policies/dead-letter.js'
import { assertWhole, encodeLetter } from './message.js'

/** A text, or what makes one of a letter. */
export type OfLetter = string | ((letter: DeadLetter) => string)

/** An SQSClient of `@aws-sdk/client-sqs`, as far as it is used: who does without that package needs none of its types. */
export interface SqsClient {
  send(command: never, options: { readonly abortSignal?: AbortSignal }): Promise<unknown>
}

/** A queue for dead letters. */
export interface SqsDeadLetterOptions {
  readonly queueUrl: string
  /** @defaultValue one for the queue's region, made with the first letter; `@aws-sdk/client-sqs` is loaded then */
  readonly client?: SqsClient
  /** The message group. @defaultValue for FIFO queues the function, for others none */
  readonly groupId?: OfLetter
  /** For FIFO queues. @defaultValue the letter's id */
  readonly deduplicationId?: OfLetter
  /** The largest message that the queue takes. @defaultValue 1,048,576 */
  readonly maxBytes?: number
}

/** Source: SendMessage API, `MessageBody`: at most 1 MiB. */
const MAX_BYTES = 1_048_576
/** Source: SendMessage API, `MessageGroupId`. */
const LONGEST_GROUP_ID = 128
const REGION = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/

const ofLetter = either(text, callback<(letter: DeadLetter) => string>)
const optional = shape({
  queueUrl,
  client: sqsClient,
  groupId: ofLetter,
  deduplicationId: ofLetter,
  maxBytes: wholeNumber(1_024),
})
const options = required(optional, 'queueUrl')

/**
 * A sink that sends each letter to an SQS queue, as a `DeadLetterMessage`.
 *
 * A letter that is too large goes without what is long in its story, or without its payload; whenever the payload is not
 * kept as it was, the sink fails all the same, saying so. The SDK's own retries stay on; on a FIFO queue they make no
 * second message.
 *
 * @throws {InvalidSettingError}
 */
export function sqsDeadLetter(given: SqsDeadLetterOptions): DeadLetterSink {
  const {
    queueUrl: url,
    maxBytes = MAX_BYTES,
    groupId,
    deduplicationId,
    ...own
  } = options(given, 'sqsDeadLetter')
  const isFifo = url.endsWith('.fifo')
  let made: SQSClient | undefined

  return async function sendToQueue(letter) {
    const { SendMessageCommand, SQSClient: Client } = await load()
    const client: SqsClient = own.client ?? (made ??= new Client(regionOf(url)))
    const encoded = encodeLetter(letter, maxBytes, 'the queue')
    const group = groupId ?? (isFifo ? letter.target.slice(0, LONGEST_GROUP_ID) : undefined)
    const deduplication = deduplicationId ?? (isFifo ? letter.id : undefined)
    const command = new SendMessageCommand({
      QueueUrl: url,
      MessageBody: encoded.body,
      ...(group !== undefined && { MessageGroupId: textFor(letter, group) }),
      ...(deduplication !== undefined && { MessageDeduplicationId: textFor(letter, deduplication) }),
    })
    await client.send(command as never, { abortSignal: letter.signal })
    assertWhole(encoded)
  }
}

/** Only when there is a letter: a start should not pay for what is seldom needed. */
async function load(): Promise<typeof Sqs> {
  try {
    return await import('@aws-sdk/client-sqs')
  } catch (cause) {
    throw new Error('sqsDeadLetter needs the package @aws-sdk/client-sqs, which cannot be loaded', { cause })
  }
}

function textFor(letter: DeadLetter, given: OfLetter): string {
  return typeof given === 'string' ? given : given(letter)
}

/** A queue is reached in its own region only, wherever the caller is. */
function regionOf(url: string): { region?: string } {
  const region = REGION.exec(url)?.[1]
  return region === undefined ? {} : { region }
}

function queueUrl(given: unknown, path: string): string {
  if (typeof given === 'string' && URL.canParse(given) && /^https?:/.test(given)) return given
  throw new InvalidSettingError(
    path,
    given,
    "a queue's URL, such as 'https://sqs.eu-west-1.amazonaws.com/123456789012/failed-calls'",
  )
}

function sqsClient(given: unknown, path: string): SqsClient {
  if (typeof (given as Partial<SqsClient> | null)?.send === 'function') return given as SqsClient
  throw new InvalidSettingError(path, given, 'an SQSClient')
}
