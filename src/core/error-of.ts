import { InvokeError } from '../failures/error.js'
import type { Failure } from '../failures/failure.js'
import type { History } from './history.js'

const errors = new WeakMap<Failure, InvokeError>()

/** The error that tells a failure with the story of its call; the same error for the same failure. */
export function errorOf(failure: Failure, target: string, history: History): InvokeError {
  let error = errors.get(failure)
  if (!error) {
    error = new InvokeError(failure, { target, attempts: history.snapshot(), elapsedMs: history.elapsedMs })
    errors.set(failure, error)
  }
  return error
}
