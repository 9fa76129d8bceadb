import { InvokeError } from '../failures/error.js'
import type { Failure } from '../failures/failure.js'
import type { History } from './history.js'

/** The error that tells a failure with the story of its call, whose end may lie some time back. */
export function errorOf(
  failure: Failure,
  target: string,
  history: History,
  elapsedMs = history.elapsedMs,
): InvokeError {
  const { deadLetter } = history
  return new InvokeError(failure, { target, attempts: history.snapshot(), elapsedMs, deadLetter })
}
