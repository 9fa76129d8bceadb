import { failure } from '../../src/failures/failure.js'
import { InvokeError } from '../../src/failures/error.js'
import type { DeadLetter } from 'resilient-lambda'

/** A letter about a throttled call. */
export function letterOf(change: Partial<DeadLetter> = {}): DeadLetter {
  const error = new InvokeError(failure('TooManyRequestsException'), {
    target: 'quote:live',
    attempts: [],
    elapsedMs: 5,
  })
  return {
    id: '0c5f3e0e-6a4c-4b8a-9d65-6d2f3c1f9a77',
    target: 'quote:live',
    payload: { sku: 'A1' },
    error,
    attempts: error.attempts,
    mayHaveRun: false,
    at: Date.UTC(2026, 0, 1),
    signal: new AbortController().signal,
    ...change,
  }
}
