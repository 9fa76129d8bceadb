import { CATALOGUE, isFunctionErrorCode, type FailureCode } from './catalogue.js'
import { failure, type Failure, type RemoteError } from './failure.js'
import { readRemoteError } from './remote-error.js'
import { clause } from './text.js'
import type { Ran } from './verdict.js'

/** A reply with the header `X-Amz-Function-Error`, as the transport has it. */
export interface FunctionErrorReply {
  /** The header's value, today always `Unhandled`; any value means failure. */
  readonly functionError: string
  readonly payload: Uint8Array | undefined
  /** Decoded. */
  readonly logTail?: string | undefined
  readonly executedVersion?: string | undefined
  readonly requestId?: string | undefined
}

// Before 2025 a time-out had no errorType, and only its text told.
const TIMED_OUT = /Task timed out after [\d.]+ seconds/

/** Turns a function error into a failure with a verdict, whatever its payload is; never throws. */
export function classifyFunctionError(reply: FunctionErrorReply): Failure {
  const remote: RemoteError = {
    ...readRemoteError(reply.payload),
    ...(reply.logTail === undefined ? {} : { logTail: reply.logTail }),
    ...(reply.executedVersion === undefined ? {} : { executedVersion: reply.executedVersion }),
  }
  const code = codeOf(remote)
  return failure(code, saying(remote, reply.functionError), {
    ran: truth(code, remote),
    remote,
    requestId: reply.requestId,
  })
}

function codeOf({ errorType = '', errorMessage = '', trace }: RemoteError): FailureCode {
  if (isFunctionErrorCode(errorType)) return errorType
  // Lambda's own reports have no trace: with one, it is code that threw, perhaps about a time-out of something else.
  return trace === undefined && TIMED_OUT.test(errorMessage) ? 'Sandbox.Timedout' : 'FunctionError'
}

// A handler can rethrow another function's start-up error under its name; then it ran itself, and the trace gives it away.
function truth(code: FailureCode, { trace }: RemoteError): Ran {
  const { ran, retry } = CATALOGUE[code]
  return ran === 'no' && retry !== 'never' && trace !== undefined ? 'maybe' : ran
}

function saying({ errorType, errorMessage }: RemoteError, functionError: string): string {
  const message = clause((errorMessage ?? '').replace(/^RequestId: \S+ (?:Error: )?/, ''))
  if (errorType === undefined) return message || `${clause(functionError, 50)}, without details`
  if (isFunctionErrorCode(errorType)) return message || errorType
  return message === '' ? errorType : `${errorType}: ${message}`
}
