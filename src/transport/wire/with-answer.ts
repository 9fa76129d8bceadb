import type { WireHead } from './wire.js'

/** An error that came in the middle of a reply, with what its head said; as the SDK leaves it. */
export function withAnswer(error: Error, head: WireHead): Error {
  const { status: statusCode, headers } = head
  // Out of sight, as the SDK has it: headers go into logs too easily. Exceptions have a field for them in sight.
  Object.defineProperty(error, '$response', {
    value: { statusCode, headers },
    enumerable: false,
    configurable: true,
  })
  return '$metadata' in error ? error : Object.assign(error, { $metadata: metadataOf(head) })
}

interface Metadata {
  readonly httpStatusCode: number
  readonly requestId?: string
  readonly extendedRequestId?: string
  readonly cfId?: string
}

/** What the SDK tells of a reply, with its answers and errors. */
export function metadataOf({ status, headers }: WireHead): Metadata {
  const requestId = requestIdOf(headers)
  const extendedRequestId = headers['x-amz-id-2']
  const cfId = headers['x-amz-cf-id']
  return {
    httpStatusCode: status,
    ...(requestId !== undefined && { requestId }),
    ...(extendedRequestId !== undefined && { extendedRequestId }),
    ...(cfId !== undefined && { cfId }),
  }
}

export function requestIdOf(headers: WireHead['headers']): string | undefined {
  return headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id']
}
