import { describe, expect, it, test } from 'vitest'
import type { FailureCode } from '../../src/failures/catalogue.js'
import { classify, type Evidence } from '../../src/failures/classify.js'
import type { Ran } from '../../src/failures/verdict.js'
import { answerError, networkError, unreadableAnswer } from './sdk-shapes.js'

const sent: Evidence = { reached: true, ran: 'maybe', nowMs: 0 }
const unsent: Evidence = { reached: true, ran: 'no', nowMs: 0 }
const notReached: Evidence = { reached: false, ran: 'no', nowMs: 0 }
const mocked: Evidence = { reached: undefined, ran: 'maybe', nowMs: 0 }

function verdictOf(thrown: unknown, evidence = sent): [string, Ran] {
  const { code, verdict } = classify(thrown, evidence)
  return [code, verdict.ran]
}

describe('errors of the network', () => {
  const tls = 'Client network socket disconnected before secure TLS connection was established'
  const silent = '@smithy/node-http-handler - the request socket timed out after 100 ms of inactivity'
  const slow =
    '@smithy/node-http-handler - [ERROR] a request has exceeded the configured 100 ms requestTimeout.'
  const noSocket =
    'the request socket did not establish a connection with the server within the configured timeout'

  test.each<[string, Record<string, unknown>, FailureCode, Ran]>([
    ['getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'HostNotFound', 'no'],
    ['getaddrinfo EAI_AGAIN x', { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, 'HostNotFound', 'no'],
    ['connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' }, 'ConnectionRefused', 'no'],
    ['connect EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'connect' }, 'HostUnreachable', 'no'],
    ['connect ENETUNREACH', { code: 'ENETUNREACH', syscall: 'connect' }, 'HostUnreachable', 'no'],
    ['read EHOSTUNREACH', { code: 'EHOSTUNREACH', syscall: 'read' }, 'ConnectionReset', 'maybe'],
    [
      'connect ETIMEDOUT',
      { name: 'TimeoutError', code: 'ETIMEDOUT', syscall: 'connect' },
      'ConnectTimedOut',
      'no',
    ],
    [
      'read ETIMEDOUT',
      { name: 'TimeoutError', code: 'ETIMEDOUT', syscall: 'read' },
      'SocketTimedOut',
      'maybe',
    ],
    [noSocket, { name: 'TimeoutError' }, 'ConnectTimedOut', 'no'],
    [slow, { name: 'TimeoutError', code: 'ETIMEDOUT' }, 'RequestTimedOut', 'maybe'],
    [silent, { name: 'TimeoutError' }, 'SocketTimedOut', 'maybe'],
    ['The operation timed out', { name: 'TimeoutError', code: 23 }, 'RequestTimedOut', 'maybe'],
    [
      'read ECONNRESET',
      { name: 'TimeoutError', code: 'ECONNRESET', syscall: 'connect' },
      'ConnectionResetOnConnect',
      'no',
    ],
    [
      'read ECONNRESET',
      { name: 'TimeoutError', code: 'ECONNRESET', syscall: 'read' },
      'ConnectionReset',
      'maybe',
    ],
    ['socket hang up', { name: 'TimeoutError', code: 'ECONNRESET' }, 'ConnectionReset', 'maybe'],
    [tls, { name: 'TimeoutError', code: 'ECONNRESET' }, 'TlsHandshakeCut', 'no'],
    ['write EPIPE', { name: 'TimeoutError', code: 'EPIPE', syscall: 'write' }, 'BrokenPipe', 'maybe'],
    ['aborted', { code: 'ECONNRESET' }, 'ResponseCut', 'maybe'],
    ['self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'CertificateRejected', 'no'],
    ['certificate has expired', { code: 'CERT_HAS_EXPIRED' }, 'CertificateRejected', 'no'],
    ['unable to verify', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'CertificateRejected', 'no'],
    ['altnames', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'CertificateRejected', 'no'],
    ['write EPROTO', { code: 'EPROTO', syscall: 'write' }, 'ProtocolMismatch', 'maybe'],
    ['no ciphers', { code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' }, 'ProtocolMismatch', 'maybe'],
    ['Parse Error', { code: 'HPE_INVALID_CONSTANT' }, 'MalformedResponse', 'maybe'],
    ['Headers Timeout Error', { code: 'UND_ERR_HEADERS_TIMEOUT' }, 'RequestTimedOut', 'maybe'],
  ])('%s %j is %s and ran: %s', (message, fields, code, ran) => {
    expect(verdictOf(networkError(message, fields))).toEqual([code, ran])
  })

  test.each<[string, Record<string, unknown>]>([
    ['socket hang up', { name: 'TimeoutError', code: 'ECONNRESET' }],
    ['read ECONNRESET', { name: 'TimeoutError', code: 'ECONNRESET', syscall: 'read' }],
    ['write EPIPE', { name: 'TimeoutError', code: 'EPIPE', syscall: 'write' }],
    [slow, { name: 'TimeoutError', code: 'ETIMEDOUT' }],
    [silent, { name: 'TimeoutError' }],
  ])('%s did not run when the request was not fully written', (message, fields) => {
    expect(classify(networkError(message, fields), unsent).verdict.ran).toBe('no')
  })

  it('looks into the error for several addresses, and into the one that fetch wraps', () => {
    const refused = networkError('connect ECONNREFUSED ::1:1', { code: 'ECONNREFUSED', syscall: 'connect' })
    const unreachable = networkError('connect ENETUNREACH', { code: 'ENETUNREACH', syscall: 'connect' })
    const several = Object.assign(new AggregateError([unreachable, refused], ''), { code: 'ENETUNREACH' })
    expect(classify(several, sent)).toMatchObject({ code: 'HostUnreachable', message: 'connect ENETUNREACH' })
    expect(verdictOf(new TypeError('fetch failed', { cause: refused }))).toEqual(['ConnectionRefused', 'no'])
  })

  it('does not believe a cause that somebody else wrapped', () => {
    const refused = networkError('connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' })
    expect(verdictOf(new Error('the audit after the call failed', { cause: refused }))).toEqual([
      'UnknownError',
      'maybe',
    ])
  })

  it('believes a reply that began more than an error that says nothing was sent', () => {
    const refused = networkError('connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' })
    expect(classify(refused, { ...sent, ran: 'yes' }).verdict.ran).toBe('yes')
  })
})

describe('a reply that breaks off', () => {
  it('has run when it was a 200, whatever the transport believes was written', () => {
    expect(verdictOf(unreadableAnswer(cut(), 200))).toEqual(['ResponseCut', 'yes'])
    expect(verdictOf(unreadableAnswer(cut(), 200), unsent)).toEqual(['ResponseCut', 'yes'])
    const silent = Object.assign(new Error('timed out after 100 ms of inactivity'), { name: 'TimeoutError' })
    expect(verdictOf(unreadableAnswer(silent, 200))).toEqual(['ResponseCut', 'yes'])
  })

  it('has run when a 200 came whole and could not be read', () => {
    expect(verdictOf(unreadableAnswer(new TypeError('x is not a function'), 200))).toEqual([
      'MalformedResponse',
      'yes',
    ])
  })

  it('goes by the error type in the header, or the status, when it was an error', () => {
    const headers = { 'X-Amzn-ErrorType': 'com.amazonaws#TooManyRequestsException:http://internal/' }
    expect(verdictOf(unreadableAnswer(cut(), 429, headers))).toEqual(['TooManyRequestsException', 'no'])
    const nameless = classify(unreadableAnswer(cut(), 500), sent)
    expect(nameless).toMatchObject({
      code: 'ServerError',
      message: 'HTTP 500, and the connection broke in the middle of it',
    })
  })
})

describe('answers of the service', () => {
  test.each<[string, number, string, FailureCode, Ran]>([
    ['TooManyRequestsException', 429, 'Rate Exceeded.', 'TooManyRequestsException', 'no'],
    ['ServiceException', 500, 'oops', 'ServiceException', 'maybe'],
    ['KMSAccessDeniedException', 502, 'no key', 'KMSAccessDeniedException', 'no'],
    ['ServiceUnavailableException', 503, 'later', 'ServiceUnavailable', 'maybe'],
    ['ValidationError', 400, 'bad name', 'ValidationException', 'no'],
    ['InvalidSignatureException', 403, 'does not match', 'InvalidSignatureException', 'no'],
    ['InvalidSignatureException', 403, 'Signature expired: 1 is now earlier than 2', 'ClockSkew', 'no'],
    ['InvalidSignatureException', 403, 'Signature not yet current', 'ClockSkew', 'no'],
    ['ServiceException', 504, 'late', 'GatewayTimeout', 'maybe'],
    ['Unknown', 502, 'UnknownError', 'BadGateway', 'maybe'],
    ['Unknown', 503, 'UnknownError', 'GatewayUnavailable', 'maybe'],
    ['Unknown', 501, 'UnknownError', 'ServerError', 'maybe'],
    ['Unknown', 302, 'UnknownError', 'UnexpectedRedirect', 'no'],
    ['Unknown', 401, 'UnknownError', 'Forbidden', 'no'],
    ['Unknown', 407, 'UnknownError', 'ProxyAuthenticationRequired', 'no'],
    ['NewThrottledException', 400, 'slow', 'Throttled', 'no'],
    ['SlowDown', 503, 'slow', 'Throttled', 'no'],
    ['NewException', 429, 'slow', 'Throttled', 'no'],
    ['NewException', 500, 'oops', 'ServerError', 'maybe'],
    ['NewException', 400, 'bad', 'RequestRefused', 'no'],
    ['NewException', 410, 'gone', 'RequestRefused', 'maybe'],
    ['NewException', 408, 'late', 'RequestRefused', 'maybe'],
    ['constructor', 400, 'bad', 'RequestRefused', 'no'],
    ['FunctionError', 400, 'a name of ours', 'RequestRefused', 'no'],
  ])('%s with HTTP %d, "%s", is %s and ran: %s', (name, status, message, code, ran) => {
    expect(verdictOf(answerError(name, status, message))).toEqual([code, ran])
  })

  it('are believed over the transport when they say that the function did not run, or that it did', () => {
    expect(classify(answerError('ServiceException', 500, 'x'), unsent).verdict.ran).toBe('no')
    expect(classify(answerError('TooManyRequestsException', 429, 'x'), sent).verdict.ran).toBe('no')
  })

  it('count as skewed clocks when the SDK has just corrected its own', () => {
    const metadata = { httpStatusCode: 403, clockSkewCorrected: true }
    const error = answerError('InvalidSignatureException', 403, 'does not match', { $metadata: metadata })
    expect(classify(error, sent).code).toBe('ClockSkew')
  })

  it('keep request id, status, reason and hint', () => {
    const fields = { Reason: 'SomeReasonOfTomorrow', retryAfterSeconds: '1.5' }
    const headers = { 'X-Amz-Retry-After': '2000' }
    const seen = classify(
      answerError('TooManyRequestsException', 429, 'Rate Exceeded.', fields, headers),
      sent,
    )
    expect(seen).toMatchObject({
      requestId: 'req-1',
      status: 429,
      reason: 'SomeReasonOfTomorrow',
      retryAfterMs: 2_000,
    })
    expect(seen.message).toBe('Rate Exceeded')
  })

  it('take the request id from the headers where the metadata lacks it', () => {
    const error = answerError(
      'ServiceException',
      500,
      'x',
      { $metadata: {} },
      { 'X-Amzn-RequestId': 'req-9' },
    )
    expect(classify(error, sent)).toMatchObject({ requestId: 'req-9', status: 500 })
  })

  it('that are not JSON come from a proxy', () => {
    expect(classify(unreadableAnswer(html(), 502), sent)).toMatchObject({
      code: 'BadGateway',
      message: 'HTTP 502 with a body that is not JSON',
    })
    expect(classify(unreadableAnswer(html(), 403), sent).code).toBe('Forbidden')
  })

  it('say so when they have no message', () => {
    const denied = answerError('AccessDeniedException', 403, 'UnknownError')
    expect(classify(denied, sent).message).toBe('HTTP 403 without a message')
  })

  it('keep the whole of an access denial, since the resource stands at its end', () => {
    const message = `User: arn:aws:sts::1:assumed-role/${'r'.repeat(300)} is not authorized to perform: lambda:InvokeFunction on resource: f`
    expect(classify(answerError('AccessDeniedException', 403, message), sent).message).toBe(message)
  })

  it('lose what quotes the signed request', () => {
    const message = `The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:SECRET`
    expect(classify(answerError('InvalidSignatureException', 403, message), sent).message).toBe(
      'The signature does not match',
    )
    const incomplete = `not a valid pair in Authorization header: 'AWS4-HMAC-SHA256 Credential=SECRET'`
    expect(classify(answerError('IncompleteSignature', 403, incomplete), sent).message).not.toContain(
      'SECRET',
    )
  })

  it('prefix a name that the catalogue does not know', () => {
    expect(classify(answerError('NewException', 400, 'bad'), sent).message).toBe('NewException: bad')
  })
})

describe('what happens before the request reaches the network', () => {
  test.each<[string, Error]>([
    ["a provider's throttle", answerError('ThrottlingException', 400, 'Rate exceeded')],
    ["a provider's 500", answerError('ServiceException', 500, 'STS is down')],
    [
      "a provider's own error",
      networkError('Could not load credentials from any providers', { name: 'CredentialsProviderError' }),
    ],
    [
      "a provider's network",
      networkError('connect ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' }),
    ],
    ["a provider's time-out", networkError('TimeoutError', { name: 'TimeoutError' })],
    ["a provider's abort, though nobody cancelled the call", abort()],
    ['a fetch that a provider aborts', new DOMException('This operation was aborted', 'AbortError')],
    ['a name like one of Lambda', networkError('denied', { name: 'AccessDeniedException' })],
  ])('%s is about credentials, never an answer of Lambda', (_, error) => {
    const seen = classify(error, notReached)
    expect([seen.code, seen.verdict.ran]).toEqual(['CredentialsUnavailable', 'no'])
    expect(seen).not.toHaveProperty('status')
    expect(seen).not.toHaveProperty('requestId')
  })

  it('names the error of the provider', () => {
    const seen = classify(answerError('ThrottlingException', 400, 'Rate exceeded'), notReached)
    expect(seen.message).toBe('ThrottlingException: Rate exceeded')
  })

  test.each<[string, Error, FailureCode]>([
    ['a missing region', new Error('Region is missing'), 'RegionMissing'],
    [
      'a missing function name',
      new Error('No value provided for input HTTP label: FunctionName.'),
      'RequestRejectedByClient',
    ],
    ['a bug in a middleware', new TypeError('x is not a function'), 'RequestRejectedByClient'],
  ])('%s did not run', (_, error, code) => {
    expect(verdictOf(error, { ...notReached, ran: 'maybe' })).toEqual([code, 'no'])
  })

  it('includes what Node refuses to write', () => {
    const header = Object.assign(new TypeError('Invalid character in header content'), {
      code: 'ERR_INVALID_CHAR',
    })
    expect(verdictOf(header, unsent)).toEqual(['RequestRejectedByClient', 'no'])
    expect(verdictOf(header, sent)).toEqual(['UnknownError', 'maybe'])
  })
})

describe('a client that is mocked or not watched', () => {
  it('is believed by name', () => {
    const bare = networkError('slow', { name: 'TooManyRequestsException' })
    expect(verdictOf(bare, mocked)).toEqual(['TooManyRequestsException', 'no'])
    expect(verdictOf(networkError('x', { name: 'CredentialsProviderError' }), mocked)).toEqual([
      'CredentialsUnavailable',
      'no',
    ])
    expect(verdictOf(new Error('Region is missing'), mocked)).toEqual(['RegionMissing', 'no'])
  })

  it('is believed without a status when the error has the mark of an answer', () => {
    const bare = networkError('slow', { name: 'TooManyRequestsException', $fault: 'client', $metadata: {} })
    expect(verdictOf(bare, sent)).toEqual(['TooManyRequestsException', 'no'])
    expect(verdictOf(networkError('x', { name: 'NewException', $fault: 'server' }), mocked)).toEqual([
      'ServerError',
      'maybe',
    ])
    expect(verdictOf(networkError('x', { name: 'NewException', $fault: 'client' }), mocked)).toEqual([
      'RequestRefused',
      'no',
    ])
  })

  it('sent nothing when it fails before our middleware could begin', () => {
    expect(verdictOf(new Error('boom'), { ...mocked, ran: 'no' })).toEqual(['RequestRejectedByClient', 'no'])
  })
})

describe('what nobody can know', () => {
  it('may have run, however much its name promises', () => {
    const forged = networkError('from a middleware', { name: 'TooManyRequestsException' })
    expect(verdictOf(forged, sent)).toEqual(['TooManyRequestsException', 'maybe'])
    const provider = networkError('from a middleware', { name: 'CredentialsProviderError' })
    expect(verdictOf(provider, sent)).toEqual(['UnknownError', 'maybe'])
  })

  it('may have run when an abort arrives all the same, and has run when the reply had begun', () => {
    expect(verdictOf(abort())).toEqual(['Aborted', 'maybe'])
    expect(verdictOf(abort(), unsent)).toEqual(['Aborted', 'no'])
    expect(verdictOf(unreadableAnswer(abort(), 200))).toEqual(['Aborted', 'yes'])
    expect(verdictOf(new DOMException('This operation was aborted', 'AbortError'))).toEqual([
      'Aborted',
      'maybe',
    ])
  })

  test.each<[string, unknown, string]>([
    ['a string', 'boom', 'boom was thrown'],
    ['undefined', undefined, 'undefined was thrown'],
    ['null', null, 'null was thrown'],
    ['a symbol', Symbol('x'), 'Symbol(x) was thrown'],
    ['a frozen object', Object.freeze({ message: 'cold' }), 'cold'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'name', {
        get: () => {
          throw new Error('no')
        },
      }),
      'something that cannot be read was thrown',
    ],
    ['a dead proxy', deadProxy(), 'something that cannot be read was thrown'],
    [
      'an object without anything',
      {},
      'Something was thrown that neither Lambda nor the network is known to send',
    ],
  ])('%s is an unknown error', (_, thrown, message) => {
    expect(classify(thrown, sent)).toMatchObject({ code: 'UnknownError', message, verdict: { ran: 'maybe' } })
  })

  it('keeps what was thrown as the cause', () => {
    const error = new Error('x')
    expect(classify(error, sent).cause).toBe(error)
    expect(classify(error, notReached).cause).toBe(error)
  })

  it('is told on one line of bounded length', () => {
    const { message } = classify(new Error(`first\nsecond ${'x'.repeat(100_000)}`), sent)
    expect(message).toMatch(/^first second x+…$/)
    expect(message.length).toBe(300)
  })
})

function cut(): Error {
  return networkError('aborted', { code: 'ECONNRESET' })
}

function html(): Error {
  return new SyntaxError(`Unexpected token '<', "<html>" is not valid JSON`)
}

function abort(): Error {
  return networkError('Request aborted', { name: 'AbortError' })
}

function deadProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
