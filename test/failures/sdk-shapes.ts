/** Errors as the SDK makes them; the wire tests beside this file check that it does. */

export interface Response {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body?: unknown
}

interface Fields {
  readonly [name: string]: unknown
}

export function networkError(message: string, fields: Fields): Error {
  return Object.assign(new Error(message), fields)
}

/** An error answer: the response hangs on it, hidden from enumeration. */
export function answerError(
  name: string,
  status: number,
  message: string,
  fields: Fields = {},
  headers = {},
): Error {
  const error = Object.assign(new Error(message), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status, requestId: 'req-1' },
    ...fields,
  })
  return hideResponse(error, { statusCode: status, headers })
}

/** What the SDK throws when it cannot read the body of an answer. */
export function unreadableAnswer(error: Error, status: number, headers = {}): Error {
  error.message +=
    '\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.'
  Object.assign(error, { $metadata: { httpStatusCode: status, requestId: 'req-1' } })
  return hideResponse(error, { statusCode: status, headers })
}

export function hideResponse(error: Error, response: Response): Error {
  return Object.defineProperty(error, '$response', { value: response, enumerable: false })
}
