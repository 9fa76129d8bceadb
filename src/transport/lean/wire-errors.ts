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

/**
 * An error of undici in the words of Node's own client, which `classify` knows; others as they are. Whatever ends the
 * connection after the head of a reply is called aborted, as the body of Node's replies does.
 */
export function inWordsOfNode(error: Error, headSeen: boolean): Error {
  const { code, syscall } = error as { readonly code?: string; readonly syscall?: string }
  if (headSeen && syscall !== undefined) return aborted()
  switch (code ?? error.name) {
    case 'UND_ERR_SOCKET':
      return headSeen ? aborted() : hungUp()
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return headSeen ? aborted() : malformed('the head of the reply is broken')
    case 'HTTPParserError':
      // It comes without its code, and with what it could not parse, which has no place in logs.
      return error.message.includes('Invalid EOF') ? aborted() : malformed(error.message)
    case 'UND_ERR_HEADERS_OVERFLOW':
      return malformed(error.message)
    case 'UND_ERR_INVALID_ARG':
      return new TypeError(error.message)
    default:
      return error
  }
}

function aborted(): Error {
  return errorOfNode('aborted', 'ECONNRESET')
}

function malformed(message: string): Error {
  return errorOfNode(message, 'HPE_INVALID')
}
