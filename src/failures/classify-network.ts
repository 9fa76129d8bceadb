import type { FailureCode } from './catalogue.js'
import type { Diagnosis } from './diagnosis.js'
import type { Seen } from './seen.js'

const WHILE_CONNECTING: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionResetOnConnect',
  ECONNABORTED: 'ConnectionResetOnConnect',
  ETIMEDOUT: 'ConnectTimedOut',
  EHOSTUNREACH: 'HostUnreachable',
  EHOSTDOWN: 'HostUnreachable',
  ENETUNREACH: 'HostUnreachable',
  ENETDOWN: 'HostUnreachable',
  EADDRNOTAVAIL: 'HostUnreachable',
}

const AT_ANY_TIME: Readonly<Record<string, FailureCode>> = {
  ENOTFOUND: 'HostNotFound',
  EAI_AGAIN: 'HostNotFound',
  EAI_FAIL: 'HostNotFound',
  EAI_NODATA: 'HostNotFound',
  EAI_NONAME: 'HostNotFound',
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionReset',
  ECONNABORTED: 'ConnectionReset',
  EHOSTUNREACH: 'ConnectionReset',
  ENETUNREACH: 'ConnectionReset',
  ENETDOWN: 'ConnectionReset',
  EPIPE: 'BrokenPipe',
  EPROTO: 'ProtocolMismatch',
  ERR_STREAM_PREMATURE_CLOSE: 'ResponseCut',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'ConnectTimedOut',
  ERR_HTTP2_ERROR: 'MalformedResponse',
  ERR_HTTP2_GOAWAY_SESSION: 'ConnectionReset',
  ERR_HTTP2_SESSION_ERROR: 'ConnectionReset',
  ERR_HTTP2_STREAM_CANCEL: 'ConnectionReset',
  ERR_HTTP2_STREAM_ERROR: 'ConnectionReset',
  UND_ERR_CONNECT_TIMEOUT: 'ConnectTimedOut',
  UND_ERR_HEADERS_TIMEOUT: 'RequestTimedOut',
  UND_ERR_BODY_TIMEOUT: 'ResponseCut',
  UND_ERR_SOCKET: 'ConnectionReset',
}

const CERTIFICATE =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/

/** The row for an error of the network, or undefined when it is none; meant for errors without an answer. */
export function diagnoseNetwork(seen: Seen): Diagnosis | undefined {
  const code = bySocket(seen) ?? byTimer(seen)
  if (code === undefined) return undefined
  // Which status the reply began with is not known here.
  return code === 'ResponseCut' ? { code, ran: 'maybe' } : { code }
}

// Never by name: the SDK's handler renames every ECONNRESET, EPIPE and ETIMEDOUT to TimeoutError.
function bySocket({ code, syscall, message }: Seen): FailureCode | undefined {
  if (code === 'ECONNRESET' && message.includes('before secure TLS connection')) return 'TlsHandshakeCut'
  if (code === 'ECONNRESET' && message.startsWith('aborted')) return 'ResponseCut'
  // Dead keep-alive probes name the system call, the handler's own timer does not.
  if (code === 'ETIMEDOUT' && syscall !== 'connect')
    return syscall === '' ? 'RequestTimedOut' : 'SocketTimedOut'
  if (syscall === 'connect' && Object.hasOwn(WHILE_CONNECTING, code)) return WHILE_CONNECTING[code]
  if (Object.hasOwn(AT_ANY_TIME, code)) return AT_ANY_TIME[code]
  if (code.startsWith('HPE_')) return 'MalformedResponse'
  if (code.startsWith('ERR_SSL_')) return 'ProtocolMismatch'
  return CERTIFICATE.test(code) ? 'CertificateRejected' : undefined
}

function byTimer({ name, message }: Seen): FailureCode | undefined {
  if (name !== 'TimeoutError') return undefined
  if (message.includes('did not establish a connection')) return 'ConnectTimedOut'
  return /inactivity|no activity/.test(message) ? 'SocketTimedOut' : 'RequestTimedOut'
}
