import { failed, type Outcome } from '../core/outcome.js'
import { failure } from '../failures/failure.js'
import type { DurableHead } from './reply-head.js'

/**
 * What an outcome means for a request that named its durable execution.
 *
 * Where the execution has closed, Lambda answers every further request of that name with the same result, so that an
 * error in it is final. Where the function ran without one, a repeat would run it again.
 *
 * Source: Lambda developer guide, "Idempotency" of durable functions.
 */
export function underName(outcome: Outcome, { nameIgnored }: DurableHead): Outcome {
  if (nameIgnored) {
    const { requestId, remote, cause } = outcome.ok
      ? { requestId: outcome.reply.requestId, remote: undefined, cause: undefined }
      : outcome.failure
    return failed(failure('DurableExecutionIgnored', undefined, { requestId, remote, cause }))
  }
  if (outcome.ok || outcome.failure.verdict.kind !== 'function') return outcome
  const { verdict } = outcome.failure
  return failed({ ...outcome.failure, verdict: Object.freeze({ ...verdict, retry: 'never' }) })
}
