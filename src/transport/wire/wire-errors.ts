function errorOfNode(message: string, code: string, syscall?: string): Error {
  return Object.assign(new Error(message), { code, ...(syscall !== undefined && { syscall }) })
}

/** The connection was not there in time. */
export function connectTimedOut(ms: number): Error {
  return errorOfNode(`no connection was established within ${ms} ms`, 'ETIMEDOUT', 'connect')
}

/** Nothing moved on the connection for too long, in the words of the SDK's handler. */
export function inactive(ms: number): Error {
  const message = `the request socket timed out after ${ms} ms of inactivity (configured by client requestHandler)`
  return Object.assign(new Error(message), { name: 'TimeoutError' })
}

/** The head of the reply was not there in time, in the words of the SDK's handler. */
export function requestTimedOut(ms: number): Error {
  const error = errorOfNode(`a request has exceeded the configured ${ms} ms requestTimeout`, 'ETIMEDOUT')
  return Object.assign(error, { name: 'TimeoutError' })
}

/** The connection closed before the head of a reply. */
export function hungUp(): Error {
  return errorOfNode('socket hang up', 'ECONNRESET')
}

/** The connections were closed under the request. */
export function wireDestroyed(): Error {
  return errorOfNode('the connections were closed by destroy()', 'ECONNRESET')
}

/** The connection broke in the middle of a reply, in the words of Node's own client. */
export function aborted(): Error {
  return errorOfNode('aborted', 'ECONNRESET')
}

/** What came is no reply. */
export function malformed(message: string): Error {
  return errorOfNode(message, 'HPE_INVALID')
}

/** What ends the connection after the head of a reply is called aborted, as the body of Node's replies does. */
export function inWordsOfNode(error: Error, headSeen: boolean): Error {
  return headSeen && 'syscall' in error ? aborted() : error
}
