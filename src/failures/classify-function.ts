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

function truth(code: FailureCode, { trace = [] }: RemoteError): Ran {
  const { ran } = CATALOGUE[code]
  return ran === 'no' && hasFrameOutsideRuntime(trace) ? 'maybe' : ran
}

// Lambda's runtime, which is a package in images of one's own, and Node itself.
const OF_NODES_RUNTIME =
  /^\s+at (?:.* \(|async )?(?:(?:file:\/\/)?(?:\/var\/runtime\/|\S*\/node_modules\/aws-lambda-ric\/)|node:|internal\/)/
const BAD_SYNTAX_IN_PYTHON = /^\s*File "[^"\n]*" Line \d+(?:\n|$)/

/**
 * Whether code other than the runtime's made the error.
 *
 * A handler can rethrow another function's start-up error under its name; then it ran itself, and the trace gives it
 * away. Lambda's own reports have no trace. The runtimes of Node and Python make a new error when a module cannot be
 * loaded: Node's trace repeats the message, with the files that required each other, and goes on with frames of the
 * runtime and of Node only; Python's is empty, or the place of a syntax error. Any other frame, in whatever place the
 * function's code lies, is taken for the function's: a wrong 'maybe' is still true, a wrong 'no' would not be.
 */
function hasFrameOutsideRuntime(trace: readonly string[]): boolean {
  const firstFrame = trace.findIndex((line) => /^\s+at /.test(line))
  return trace.slice(Math.max(0, firstFrame)).some(isOutsideRuntime)
}

function isOutsideRuntime(line: string): boolean {
  return !OF_NODES_RUNTIME.test(line) && !BAD_SYNTAX_IN_PYTHON.test(line)
}

function saying({ errorType, errorMessage }: RemoteError, functionError: string): string {
  const message = clause((errorMessage ?? '').replace(/^RequestId: \S+ (?:Error: )?/, ''))
  if (errorType === undefined) return message || `${clause(functionError, 50)}, without details`
  if (isFunctionErrorCode(errorType)) return message || errorType
  return message === '' ? errorType : `${errorType}: ${message}`
}
