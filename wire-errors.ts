/** What a socket says that was closed in the middle; Node has no class for it. */
interface SocketError extends Error {
  readonly code: string
  readonly syscall?: string
}

function socketError(message: string, code: string, syscall?: string): SocketError {
  return Object.assign(new Error(message), { code, ...(syscall !== undefined && { syscall }) })
}

/** The connection was not there in time. */
export function connectTimedOut(ms: number): Error {
  return socketError(`no connection was established within ${ms} ms`, 'ETIMEDOUT', 'connect')
}

/** Nothing moved on the connection for too long, as the SDK's handler says it. */
export function inactive(ms: number): Error {
  const message = `the request socket timed out after ${ms} ms of inactivity (configured by client requestHandler)`
  return Object.assign(new Error(message), { name: 'TimeoutError' })
}

/** The head of the reply was not there in time, as the SDK's handler says it. */
export function requestTimedOut(ms: number): Error {
  const message = `a request has exceeded the configured ${ms} ms requestTimeout`
  return Object.assign(socketError(message, 'ETIMEDOUT'), { name: 'TimeoutError' })
}

/** The connections were closed under the request. */
export function wireDestroyed(): Error {
  return socketError('the connections were closed by destroy()', 'ECONNRESET')
}

const ENDED = new Set([
  'HPE_INVALID_EOF_STATE',
  'HPE_CLOSED_CONNECTION',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

/** An error of undici in the words of Node, where those mean more to `classify`; others as they are. */
export function inWordsOfNode(error: Error, headSeen: boolean): Error {
  const { code = '' } = error as { readonly code?: string }
  if (headSeen && ENDED.has(code)) return socketError('aborted', 'ECONNRESET')
  switch (code) {
    case 'UND_ERR_SOCKET':
      return socketError(headSeen ? 'aborted' : 'socket hang up', 'ECONNRESET')
    case 'UND_ERR_HEADERS_OVERFLOW':
      return Object.assign(error, { code: 'HPE_HEADER_OVERFLOW' })
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return Object.assign(new TypeError(error.message), { code: 'ERR_INVALID_ARG_VALUE' })
    default:
      return error
  }
}
