import type { FailureCode } from './catalogue.js'
import type { Ran } from './verdict.js'

/** The row that fits, and where this case differs from it. */
export interface Diagnosis {
  readonly code: FailureCode
  /** Instead of the error's own message. */
  readonly message?: string
  readonly ran?: Ran
}
