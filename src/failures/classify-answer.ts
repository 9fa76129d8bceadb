import { isAnswerCode, type FailureCode } from './catalogue.js'
import { diagnoseNetwork } from './classify-network.js'
import type { Diagnosis } from './diagnosis.js'
import type { Seen } from './seen.js'

// AWS services spell some of their common errors in two ways.
const OTHER_SPELLINGS: Readonly<Record<string, FailureCode>> = {
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  IncompleteSignatureException: 'IncompleteSignature',
  InternalError: 'InternalFailure',
  InternalServerError: 'InternalFailure',
  InternalServerException: 'InternalFailure',
  InvalidClientTokenId: 'UnrecognizedClientException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  RequestTimeTooSkewed: 'ClockSkew',
  RequestTimeout: 'RequestTimeoutException',
  ServiceUnavailableException: 'ServiceUnavailable',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ValidationError: 'ValidationException',
}

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'Forbidden',
  403: 'Forbidden',
  407: 'ProxyAuthenticationRequired',
  429: 'Throttled',
  502: 'BadGateway',
  503: 'GatewayUnavailable',
  504: 'GatewayTimeout',
}

const THROTTLING = /throttl|too_?many_?requests|slow_?down|request_?limit_?exceeded/i

/** The row for an answer that is an error, by Lambda's name for it if there is one, else by its HTTP status. */
export function diagnoseAnswer(seen: Seen): Diagnosis {
  const { status } = seen
  if (status !== undefined && status < 300) return brokenReply(seen)
  if (status === 504) return { code: 'GatewayTimeout', message: spoken(seen) }
  const name = [seen.name, errorType(seen)].map(spelled).find(isAnswerCode)
  if (name === undefined) return byStatus(seen)
  const skewed = seen.clockSkewCorrected || /signature expired|not yet current/i.test(seen.message)
  const code = name === 'InvalidSignatureException' && skewed ? 'ClockSkew' : name
  return { code, message: spoken(seen) }
}

// Lambda sends the status once it has the function's answer, so a reply that breaks off is a function that ran.
function brokenReply(seen: Seen): Diagnosis {
  const interrupted = diagnoseNetwork(seen) !== undefined
  return { code: interrupted ? 'ResponseCut' : 'MalformedResponse', ran: 'yes' }
}

function byStatus(seen: Seen): Diagnosis {
  const status = seen.status ?? (seen.fault === 'server' ? 500 : 400)
  const message = isNameless(seen) ? spoken(seen) : `${seen.name}: ${spoken(seen)}`
  if (THROTTLING.test(seen.name)) return { code: 'Throttled', message }
  const known = BY_STATUS[status]
  if (known !== undefined) return { code: known, message }
  if (status >= 500) return { code: 'ServerError', message }
  if (status < 400) return { code: 'UnexpectedRedirect', message }
  // Lambda has errors of these two that speak of time-outs and I/O while the function runs.
  return status === 408 || status === 410
    ? { code: 'RequestRefused', message, ran: 'maybe' }
    : { code: 'RequestRefused', message }
}

// The header outlives a body that was cut off or is not JSON.
function errorType({ headers }: Seen): string {
  const value = headers.get('x-amzn-errortype') ?? ''
  return value.replace(/[:,].*$/, '').replace(/^.*#/, '')
}

function spelled(name: string): string {
  return (Object.hasOwn(OTHER_SPELLINGS, name) ? OTHER_SPELLINGS[name] : undefined) ?? name
}

// "Unknown" is the SDK's word for an answer without an error type; the others are what reading its body threw.
function isNameless({ name, code }: Seen): boolean {
  return name === '' || name === 'Unknown' || name === 'Error' || name === 'SyntaxError' || code !== ''
}

function spoken(seen: Seen): string {
  const answer = `HTTP ${seen.status ?? 'error'}`
  if (seen.name === 'SyntaxError') return `${answer} with a body that is not JSON`
  if (diagnoseNetwork(seen) !== undefined) return `${answer}, and the connection broke in the middle of it`
  return seen.message === '' || seen.message === 'UnknownError' ? `${answer} without a message` : seen.message
}
