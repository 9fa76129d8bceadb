/** The JSON payload of a function error. */
export interface FunctionErrorPayload {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

/** Lambda's limit for the result of a synchronous invocation; a little above 6 MB. */
export const RESULT_LIMIT_BYTES = 6_291_556

/** The sandbox was killed at its time limit. */
export function timedOut(requestId: string, limitMs: number): FunctionErrorPayload {
  return platformError('Sandbox.Timedout', requestId, `Task timed out after ${seconds(limitMs)} seconds`)
}

/** `2.00`: two decimals, as Lambda writes a time limit. */
export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2)
}

/** The process ended before it answered. */
export function exited(requestId: string, exitCode: number): FunctionErrorPayload {
  const how = exitCode === 0 ? 'without providing a reason' : `with error: exit status ${exitCode}`
  return platformError('Runtime.ExitError', requestId, `Runtime exited ${how}`)
}

/** The heap outgrew the function's memory. */
export function outOfMemory(requestId: string): FunctionErrorPayload {
  return platformError('Runtime.OutOfMemory', requestId, 'Runtime exited with error: signal: killed')
}

/** The handler finished, and its result was thrown away. */
export function resultTooLarge(): FunctionErrorPayload {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESULT_LIMIT_BYTES} bytes).`
  return { errorType: 'Function.ResponseSizeTooLarge', errorMessage }
}

function platformError(errorType: string, requestId: string, what: string): FunctionErrorPayload {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${what}` }
}
