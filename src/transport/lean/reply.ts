import { LambdaServiceException } from '@aws-sdk/client-lambda'
import type { Outcome } from '../../core/outcome.js'
import { outcomeOf } from '../answer.js'
import type { DurableHead } from '../reply-head.js'
import type { WireHead } from '../wire/wire.js'
import { metadataOf, requestIdOf, withAnswer } from '../wire/with-answer.js'

type Members = Readonly<Record<string, unknown>>

/** The outcome of a reply with a status below 300. */
export function outcomeOfReply(
  { headers }: WireHead,
  body: Uint8Array,
  { durableExecutionArn }: DurableHead,
): Outcome {
  return outcomeOf({
    payload: body,
    functionError: headers['x-amz-function-error'],
    executedVersion: headers['x-amz-executed-version'],
    logResult: headers['x-amz-log-result'],
    requestId: requestIdOf(headers),
    durableExecutionArn: headers['x-amz-durable-execution-arn'] ?? durableExecutionArn,
  })
}

/** The error of a reply with another status, as the SDK makes it of the same reply. */
export function errorOfReply(head: WireHead, body: Uint8Array): Error {
  let members: Members
  try {
    members = body.byteLength === 0 ? {} : membersOf(JSON.parse(Buffer.from(body).toString()))
  } catch {
    // Node's own message quotes the text, and errors go to logs, where pages of strangers have no place.
    return withAnswer(new SyntaxError('the answer is not JSON'), head)
  }
  const { status, headers } = head
  const error = new LambdaServiceException({
    name: typeIn(headers, members) ?? 'Unknown',
    $fault: status < 500 ? 'client' : 'server',
    $metadata: metadataOf(head),
    message: textOf(members['message']) ?? textOf(members['Message']) ?? 'UnknownError',
  })
  for (const [key, value] of Object.entries(members))
    if (Reflect.get(error, key) === undefined && key !== 'Message') Reflect.set(error, key, value)
  return withAnswer(error, head)
}

/** A text or a list has none by name, and may have millions by number. */
function membersOf(said: unknown): Members {
  return typeof said === 'object' && said !== null && !Array.isArray(said) ? (said as Members) : {}
}

const ABOUT_SIGNATURE =
  /^(?:InvalidSignatureException|SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed)$/

/** Whether a clock that is wrong may be behind it. */
export function isAboutTime(error: unknown): error is LambdaServiceException {
  return error instanceof LambdaServiceException && ABOUT_SIGNATURE.test(error.name)
}

/** Says, as the SDK does, that the next signature will have another time. */
export function markClockCorrected(error: LambdaServiceException): void {
  Object.assign(error.$metadata, { clockSkewCorrected: true })
}

/** Source: Smithy, AWS restJson1, "Operation error serialization". */
function typeIn(headers: WireHead['headers'], members: Members): string | undefined {
  const given = headers['x-amzn-errortype'] ?? memberOf(members, 'code') ?? members['__type']
  if (typeof given !== 'string' && typeof given !== 'number') return undefined
  const [cut = ''] = String(given).split(/[,:]/)
  return cut.split('#').at(-1)
}

function memberOf(members: Members, name: string): unknown {
  return Object.entries(members).find(
    ([key, value]) => key.toLowerCase() === name && value !== undefined,
  )?.[1]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
