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
  // Spreading what may be absent costs several times as much, on every call.
  const reply: { -readonly [Key in keyof Reply]: Reply[Key] } = {}
  if (requestId !== undefined) reply.requestId = requestId
  if (executedVersion !== undefined) reply.executedVersion = executedVersion
  if (logResult !== undefined) reply.logTail = Buffer.from(logResult, 'base64').toString()
  if (durableExecutionArn !== undefined) reply.durableExecutionArn = durableExecutionArn
  if (functionError)
    return failed(classifyFunctionError({ functionError, payload: payload ?? undefined, ...reply }))
  return answered(payload?.byteLength === 0 ? undefined : (payload ?? undefined), reply)
}
