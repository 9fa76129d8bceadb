import { alb } from 'resilient-lambda/http'
import { describe, expect, it } from 'vitest'
import { CATALOGUE, type FailureCode } from '../../../src/failures/catalogue.js'
import { failed } from '../../../src/core/outcome.js'
import { serveLambda } from '../../../src/http/server/serve-lambda.js'
import { scripted } from '../../invoker/support.js'

type Answer = readonly [status: number, reason: string, retryAfter?: string]

const UNHANDLED: Answer = [502, 'LambdaUnhandled']
const SERVICE: Answer = [502, 'LambdaServiceException']
const DENIED: Answer = [502, 'LambdaAccessDenied']
const BAD_REQUEST: Answer = [502, 'LambdaBadRequest']
const INVALID: Answer = [502, 'LambdaInvalidResponse']
const UNEXPECTED: Answer = [502, 'LambdaUnhandledException']
const TOO_LARGE: Answer = [413, 'LambdaRequestTooLarge']
const THROTTLED: Answer = [503, 'LambdaThrottling', '1']
const NOT_CONNECTED: Answer = [504, 'LambdaConnectionError']
const TOO_SLOW: Answer = [504, 'LambdaConnectionTimeout']
const BROKEN: Answer = [502, 'LambdaConnectionError']

const EXPECTED: Readonly<Record<FailureCode, Answer>> = {
  // Of the service, by Lambda's names.
  CodeArtifactUserDeletedException: [503, 'CodeArtifactUserDeletedException', '1'],
  CodeArtifactUserFailedException: SERVICE,
  CodeArtifactUserPendingException: [503, 'CodeArtifactUserPendingException', '1'],
  DurableExecutionAlreadyStartedException: BAD_REQUEST,
  EC2AccessDeniedException: [502, 'LambdaEC2AccessDeniedException'],
  EC2ThrottledException: [503, 'LambdaEC2ThrottledException', '1'],
  EC2UnexpectedException: [502, 'LambdaEC2UnexpectedException'],
  EFSIOException: SERVICE,
  EFSMountConnectivityException: SERVICE,
  EFSMountFailureException: SERVICE,
  EFSMountTimeoutException: SERVICE,
  ENILimitReachedException: [503, 'LambdaENILimitReachedException', '1'],
  ENINotReadyException: [503, 'ENINotReadyException', '1'],
  InvalidParameterValueException: BAD_REQUEST,
  InvalidRequestContentException: BAD_REQUEST,
  InvalidRuntimeException: [502, 'LambdaInvalidRuntimeException'],
  InvalidSecurityGroupIDException: [502, 'LambdaInvalidSecurityGroupIDException'],
  InvalidSubnetIDException: [502, 'LambdaInvalidSubnetIDException'],
  InvalidZipFileException: [502, 'LambdaInvalidZipFileException'],
  KMSAccessDeniedException: [502, 'LambdaKMSAccessDeniedException'],
  KMSDisabledException: [502, 'LambdaKMSDisabledException'],
  KMSInvalidStateException: [502, 'LambdaKMSInvalidStateException'],
  KMSNotFoundException: [502, 'LambdaKMSNotFoundException'],
  ModeNotSupportedException: BAD_REQUEST,
  NoPublishedVersionException: SERVICE,
  RecursiveInvocationException: SERVICE,
  RequestTooLargeException: TOO_LARGE,
  ResourceConflictException: [503, 'ResourceConflictException', '1'],
  ResourceNotFoundException: [502, 'LambdaResourceNotFound'],
  ResourceNotReadyException: [503, 'ResourceNotReadyException', '1'],
  S3FilesMountConnectivityException: SERVICE,
  S3FilesMountFailureException: SERVICE,
  S3FilesMountTimeoutException: SERVICE,
  SerializedRequestEntityTooLargeException: TOO_LARGE,
  ServiceException: SERVICE,
  ServiceQuotaExceededException: SERVICE,
  SnapStartException: SERVICE,
  SnapStartNotReadyException: [503, 'SnapStartNotReadyException', '1'],
  SnapStartRegenerationFailureException: [503, 'SnapStartRegenerationFailureException', '1'],
  SnapStartTimeoutException: SERVICE,
  SubnetIPAddressLimitReachedException: [503, 'LambdaSubnetIPAddressLimitReachedException', '1'],
  TooManyRequestsException: THROTTLED,
  UnsupportedMediaTypeException: BAD_REQUEST,
  // Of the service, by the names that all of AWS has.
  AccessDeniedException: DENIED,
  ExpiredTokenException: DENIED,
  IncompleteSignature: DENIED,
  InvalidSignatureException: DENIED,
  ClockSkew: DENIED,
  InternalFailure: SERVICE,
  MalformedHttpRequestException: BAD_REQUEST,
  MissingAuthenticationTokenException: DENIED,
  NotAuthorized: DENIED,
  OptInRequired: DENIED,
  RequestAbortedException: SERVICE,
  RequestEntityTooLargeException: TOO_LARGE,
  RequestExpired: DENIED,
  RequestTimeoutException: SERVICE,
  ServiceUnavailable: SERVICE,
  ThrottlingException: THROTTLED,
  UnknownOperationException: BAD_REQUEST,
  UnrecognizedClientException: DENIED,
  ValidationException: BAD_REQUEST,
  // Of what stands between.
  BadGateway: SERVICE,
  GatewayUnavailable: SERVICE,
  GatewayTimeout: SERVICE,
  ServerError: SERVICE,
  Throttled: THROTTLED,
  Forbidden: DENIED,
  ProxyAuthenticationRequired: DENIED,
  RequestRefused: BAD_REQUEST,
  UnexpectedRedirect: SERVICE,
  // Of the network.
  HostNotFound: NOT_CONNECTED,
  HostUnreachable: NOT_CONNECTED,
  ConnectionRefused: NOT_CONNECTED,
  ConnectTimedOut: TOO_SLOW,
  ConnectionResetOnConnect: NOT_CONNECTED,
  TlsHandshakeCut: NOT_CONNECTED,
  CertificateRejected: NOT_CONNECTED,
  ProtocolMismatch: NOT_CONNECTED,
  ConnectionReset: BROKEN,
  BrokenPipe: BROKEN,
  RequestTimedOut: TOO_SLOW,
  SocketTimedOut: TOO_SLOW,
  MalformedResponse: BROKEN,
  ResponseCut: BROKEN,
  CredentialsUnavailable: DENIED,
  RegionMissing: SERVICE,
  RegionMismatch: SERVICE,
  RequestRejectedByClient: BAD_REQUEST,
  UnknownError: UNEXPECTED,
  // Of the function.
  FunctionError: UNHANDLED,
  'Sandbox.Timedout': UNHANDLED,
  'Sandbox.Failure': UNHANDLED,
  'Sandbox.TimeoutResponseTrailer': UNHANDLED,
  'Runtime.InvokeTimeout': UNHANDLED,
  'Runtime.ExitError': UNHANDLED,
  'Runtime.NodeJsExit': UNHANDLED,
  'Runtime.UnhandledPromiseRejection': UNHANDLED,
  'Runtime.OutOfMemory': UNHANDLED,
  'Runtime.TruncatedResponse': UNHANDLED,
  'Runtime.InvalidResponseModeHeader': UNHANDLED,
  'Runtime.MarshalError': UNHANDLED,
  'Function.ResponseSizeTooLarge': [502, 'LambdaResponseTooLarge'],
  'Runtime.UnmarshalError': UNHANDLED,
  'Runtime.ImportModuleError': UNHANDLED,
  'Runtime.HandlerNotFound': UNHANDLED,
  'Runtime.UserCodeSyntaxError': UNHANDLED,
  'Runtime.MalformedHandlerName': UNHANDLED,
  'Runtime.InvalidEntrypoint': UNHANDLED,
  'Runtime.InvalidWorkingDir': UNHANDLED,
  'Runtime.InvalidTaskConfig': UNHANDLED,
  'Runtime.InitError': UNHANDLED,
  'Runtime.Unavailable': UNHANDLED,
  'Runtime.TooManyIdleRuntimes': UNHANDLED,
  'Runtime.Unknown': UNHANDLED,
  'Function.Unknown': UNHANDLED,
  'Extension.LaunchError': UNHANDLED,
  'Extension.InitError': UNHANDLED,
  'Extension.ExitError': UNHANDLED,
  'Extension.Crash': UNHANDLED,
  // Of HTTP; where the function answered with such a status, its answer is passed on instead.
  HttpTooManyRequests: THROTTLED,
  HttpBadGateway: SERVICE,
  HttpServiceUnavailable: SERVICE,
  HttpGatewayTimeout: SERVICE,
  HttpErrorStatus: SERVICE,
  HttpReplyInvalid: INVALID,
  HttpReplyTooLarge: [502, 'LambdaResponseTooLarge'],
  HttpRequestTooLarge: TOO_LARGE,
  // Of the policies.
  DeadlineExceeded: [504, 'DeadlineExceeded'],
  AttemptTimedOut: [504, 'AttemptTimedOut'],
  AttemptOvertaken: UNEXPECTED,
  TargetTimedOut: [504, 'TargetTimedOut'],
  CircuitOpen: [503, 'CircuitOpen', '1'],
  BulkheadFull: [503, 'BulkheadFull', '1'],
  BulkheadWaitTooLong: [503, 'BulkheadWaitTooLong', '1'],
  ConcurrencyLimited: [503, 'ConcurrencyLimited', '1'],
  RetryBudgetSpent: [503, 'RetryBudgetSpent', '1'],
  IdempotencyKeyRefused: BAD_REQUEST,
  DurableExecutionIgnored: SERVICE,
  PayloadTooLarge: TOO_LARGE,
  PayloadNotSerializable: BAD_REQUEST,
  ClientContextTooLarge: BAD_REQUEST,
  InputInvalid: BAD_REQUEST,
  ReplyNotDecodable: INVALID,
  ReplyInvalid: INVALID,
  Aborted: [460, 'ClientGone'],
  OperationFailed: UNEXPECTED,
}

const SECRET = 'arn:aws:lambda:eu-central-1:123456789012:function:orders said: password is hunter2'

describe('what a failure is to the client', () => {
  it.each(Object.keys(CATALOGUE) as FailureCode[])('is settled for %s', async (code) => {
    const { lambda, script } = scripted({ defaults: { retry: false } })
    script('orders').fails(code, SECRET)
    const response = await serveLambda(lambda('orders'), alb())(new Request('http://shop.example/'))
    const [status, reason, retryAfter = null] = EXPECTED[code]
    expect(response.status).toBe(status)
    expect(response.headers.get('x-answered-by')).toBe(`gateway; reason=${reason}`)
    expect(response.headers.get('retry-after')).toBe(retryAfter)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(String([...response.headers])).not.toContain('orders')
    expect(await response.json()).toEqual({ message: expect.stringMatching(/^[A-Z][a-z ]+\.$/), reason })
  })

  it('is not connected, where a connection broke before the request was written', async () => {
    const { lambda } = scripted({
      transport: async () =>
        failed({
          code: 'ConnectionReset',
          verdict: { ...CATALOGUE.ConnectionReset, ran: 'no' },
          message: 'reset',
        }),
      defaults: { retry: false },
    })
    const response = await serveLambda(lambda('orders'), alb())(new Request('http://shop.example/'))
    expect(response.status).toBe(504)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=LambdaConnectionError')
  })

  it('has no name of its own where a policy made the name up', async () => {
    const { lambda } = scripted({
      transport: async () =>
        failed({ code: 'Bad\r\nx-evil: 1', verdict: CATALOGUE.ResourceConflictException, message: 'odd' }),
      defaults: { retry: false },
    })
    const response = await serveLambda(lambda('orders'), alb())(new Request('http://shop.example/'))
    expect(response.status).toBe(503)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=LambdaServiceException')
  })

  it.each([
    ['2s', '2'],
    [2_001, '3'],
    [1, '1'],
  ] as const)('says when to come again, after %s, in whole seconds', async (retryAfter, seconds) => {
    const { lambda, script } = scripted({ defaults: { retry: false } })
    script('orders').throttled({ retryAfter })
    const response = await serveLambda(lambda('orders'), alb())(new Request('http://shop.example/'))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe(seconds)
  })

  it('says when an open circuit lets requests through again', async () => {
    const { lambda, script, clock } = scripted({ defaults: { retry: false } })
    script('orders').fails('ServiceException')
    const fn = lambda('orders').circuitBreaker({ consecutiveFailures: 1, openFor: '7s' })
    const handler = serveLambda(fn, alb())
    await handler(new Request('http://shop.example/'))
    const response = await handler(new Request('http://shop.example/'))
    expect(response.status).toBe(503)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=CircuitOpen')
    expect(response.headers.get('retry-after')).toBe('7')
    expect(script('orders').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('is 504 at the deadline', async () => {
    const { lambda, script, clock } = scripted()
    script('orders').hangs()
    const handler = serveLambda(lambda('orders').deadline('2s'), alb())
    const response = await clock.runUntil(handler(new Request('http://shop.example/')))
    expect(response.status).toBe(504)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=DeadlineExceeded')
    expect(clock.now()).toBe(2_000)
  })
})
