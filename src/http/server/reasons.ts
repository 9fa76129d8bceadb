import { CATALOGUE, type FailureCode } from '../../failures/catalogue.js'
import type { InvokeError } from '../../failures/error.js'
import type { FailureKind } from '../../failures/verdict.js'
import type { Refusal } from './exchange.js'

type Answer = readonly [status: number, reason: string]

const NOT_CONNECTED: Answer = [504, 'LambdaConnectionError']
const NO_REPLY_IN_TIME: Answer = [504, 'LambdaConnectionTimeout']
const BROKEN: Answer = [502, 'LambdaConnectionError']
const TOO_LARGE: Answer = [413, 'LambdaRequestTooLarge']
const UNEXPECTED: Answer = [502, 'LambdaUnhandledException']
const CLIENT_GONE: Answer = [460, 'ClientGone']

/**
 * What a load balancer answers for failures that have a name of their own.
 *
 * Source: Application Load Balancer, "Access logs", error reason codes, and "Troubleshoot your load balancers", HTTP
 * errors. Codes that it does not know, such as an open circuit's, stand for themselves.
 */
const BY_CODE: Readonly<Partial<Record<FailureCode, Answer>>> = {
  HttpReplyTooLarge: [502, 'LambdaResponseTooLarge'],
  'Function.ResponseSizeTooLarge': [502, 'LambdaResponseTooLarge'],
  ResourceNotFoundException: [502, 'LambdaResourceNotFound'],
  HttpRequestTooLarge: TOO_LARGE,
  PayloadTooLarge: TOO_LARGE,
  RequestTooLargeException: TOO_LARGE,
  RequestEntityTooLargeException: TOO_LARGE,
  SerializedRequestEntityTooLargeException: TOO_LARGE,
  HostNotFound: NOT_CONNECTED,
  HostUnreachable: NOT_CONNECTED,
  ConnectionRefused: NOT_CONNECTED,
  ConnectionResetOnConnect: NOT_CONNECTED,
  TlsHandshakeCut: NOT_CONNECTED,
  CertificateRejected: NOT_CONNECTED,
  ProtocolMismatch: NOT_CONNECTED,
  ConnectTimedOut: NO_REPLY_IN_TIME,
  RequestTimedOut: NO_REPLY_IN_TIME,
  SocketTimedOut: NO_REPLY_IN_TIME,
  ConnectionReset: BROKEN,
  BrokenPipe: BROKEN,
  MalformedResponse: BROKEN,
  ResponseCut: BROKEN,
  DeadlineExceeded: [504, 'DeadlineExceeded'],
  AttemptTimedOut: [504, 'AttemptTimedOut'],
  AttemptOvertaken: UNEXPECTED,
  TargetTimedOut: [504, 'TargetTimedOut'],
  CircuitOpen: [503, 'CircuitOpen'],
  BulkheadFull: [503, 'BulkheadFull'],
  BulkheadWaitTooLong: [503, 'BulkheadWaitTooLong'],
  ConcurrencyLimited: [503, 'ConcurrencyLimited'],
  RetryBudgetSpent: [503, 'RetryBudgetSpent'],
  Aborted: CLIENT_GONE,
  OperationFailed: UNEXPECTED,
}

/** Logged as `Lambda` and their own name. */
const NAMED: ReadonlySet<string> = new Set<FailureCode>([
  'EC2AccessDeniedException',
  'EC2ThrottledException',
  'EC2UnexpectedException',
  'ENILimitReachedException',
  'InvalidRuntimeException',
  'InvalidSecurityGroupIDException',
  'InvalidSubnetIDException',
  'InvalidZipFileException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'SubnetIPAddressLimitReachedException',
])

const BY_KIND: Readonly<Record<FailureKind, Answer>> = {
  throttle: [503, 'LambdaThrottling'],
  starting: [503, 'LambdaServiceException'],
  function: [502, 'LambdaUnhandled'],
  response: [502, 'LambdaInvalidResponse'],
  permission: [502, 'LambdaAccessDenied'],
  request: [502, 'LambdaBadRequest'],
  transient: [502, 'LambdaServiceException'],
  config: [502, 'LambdaServiceException'],
  local: UNEXPECTED,
}

const MESSAGES: Readonly<Record<number, string>> = {
  413: 'The body of the request is too large.',
  460: 'The client has gone away.',
  502: 'The service did not give an answer that can be passed on.',
  503: 'The service cannot take the request for now.',
  504: 'The service did not answer in time.',
}

/** What a failed call is to the client. Of the failure itself, nothing but its name gets out. */
export function refusalOf(error: InvokeError): Refusal {
  const [status, reason] = answerFor(error)
  return refusal(status, reason, error.retryAfterMs)
}

/** For what was thrown where nothing may be: a mistake in a policy, a callback or a format. */
export function unexpected(): Refusal {
  return refusal(...UNEXPECTED)
}

/** For a client that has gone before its request was there. */
export function clientGone(): Refusal {
  return refusal(...CLIENT_GONE)
}

function refusal(status: number, reason: string, retryAfterMs = 0): Refusal {
  const message = MESSAGES[status] ?? ''
  return { status, reason, message, ...(status === 503 && { retryAfterMs }) }
}

function answerFor({ code, kind, verdict }: InvokeError): Answer {
  const answer = isKnown(code) ? BY_CODE[code] : undefined
  // What broke before the request was written is a connection that was never made.
  if (answer === BROKEN && verdict.ran === 'no') return NOT_CONNECTED
  if (answer) return answer
  const [status, reason] = BY_KIND[kind]
  if (NAMED.has(code)) return [status, `Lambda${code}`]
  return kind === 'starting' && isKnown(code) ? [status, code] : [status, reason]
}

/** A policy of the user's own may fail with codes of its own, which must not get into a header. */
function isKnown(code: string): code is FailureCode {
  return Object.hasOwn(CATALOGUE, code)
}
