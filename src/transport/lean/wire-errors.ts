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

/** The connections were closed under the request. */
export function wireDestroyed(): Error {
  return errorOfNode('the connections were closed by destroy()', 'ECONNRESET')
}

/** Where undici tells of a body that ended too early. */
const CUT = new Set(['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'HPE_INVALID_EOF_STATE'])

/** An error of undici in the words of Node, where `classify` would not know it; others as they are. */
export function inWordsOfNode(error: Error, headSeen: boolean): Error {
  const { code = '' } = error as { readonly code?: string }
  if (headSeen && CUT.has(code)) return errorOfNode('aborted', 'ECONNRESET')
  if (code === 'UND_ERR_SOCKET') return errorOfNode('socket hang up', 'ECONNRESET')
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return errorOfNode(error.message, 'HPE_HEADER_OVERFLOW')
  if (code === 'UND_ERR_INVALID_ARG') return new TypeError(error.message)
  return error
}
