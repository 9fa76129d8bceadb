import { answered, failed, type Outcome, type Reply } from '../core/outcome.js'
import { classifyFunctionError } from '../failures/classify.js'

/** A reply with a status below 300: what Lambda says of a run. */
export interface InvokeAnswer {
  readonly payload: Uint8Array | null | undefined
  readonly functionError: string | undefined
  readonly executedVersion: string | undefined
  /** In base64. */
  readonly logResult: string | undefined
  readonly requestId: string | undefined
  readonly durableExecutionArn: string | undefined
}

/** The value, or the function's error. */
export function outcomeOf(answer: InvokeAnswer): Outcome {
  const { payload, functionError, executedVersion, logResult, requestId, durableExecutionArn } = answer
  const logTail = logResult === undefined ? undefined : Buffer.from(logResult, 'base64').toString()
  const reply: Reply = {
    ...(requestId !== undefined && { requestId }),
    ...(executedVersion !== undefined && { executedVersion }),
    ...(logTail !== undefined && { logTail }),
    ...(durableExecutionArn !== undefined && { durableExecutionArn }),
  }
  if (functionError)
    return failed(classifyFunctionError({ functionError, payload: payload ?? undefined, ...reply }))
  return answered(payload?.byteLength === 0 ? undefined : (payload ?? undefined), reply)
}
