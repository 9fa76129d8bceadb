import type { DurableExecution } from '../runtime/durable-executions.js'
import type { Invocation } from '../runtime/local-function.js'
import { serviceError } from './reply.js'
import type { Reply } from './reply.js'

/** Why a durable function does not take a request; undefined where it does. */
export function refuseDurable(
  { eventJson }: Invocation,
  qualifier: string | undefined,
  existing: DurableExecution | undefined,
): Reply | undefined {
  if (qualifier === undefined) {
    const message = 'You cannot invoke a durable function using an unqualified ARN.'
    return serviceError('InvalidParameterValueException', message)
  }
  if (!existing || existing.eventJson === eventJson) return undefined
  const message = 'An execution of this name has been started with another payload.'
  return serviceError('DurableExecutionAlreadyStartedException', message)
}
