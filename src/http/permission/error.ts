import { withoutExchange } from '../../failures/cause.js'
import type { Denial } from '../../failures/denial.js'
import type { Failure } from '../../failures/failure.js'
import { cut } from '../../failures/text.js'
import type { PolicyStatement } from './statement.js'

/** What was asked of Lambda. */
export type PolicyOperation = 'GetPolicy' | 'AddPermission' | 'RemovePermission'

/** A function's policy could not be read or changed; the message says why, and what to do. */
export class AlbPermissionError extends Error {
  override readonly name = 'AlbPermissionError'
  /** A code of the error table, such as `AccessDeniedException`; `StatementConflict`, or `PolicyUnreadable`. */
  readonly code: string
  /** The HTTP status of the answer. */
  declare readonly status: number | undefined
  declare readonly requestId: string | undefined
  /** Who lacks which permission on what, where AWS says so. */
  declare readonly denied: Denial | undefined

  constructor(
    code: string,
    message: string,
    details: ErrorOptions & Partial<Pick<AlbPermissionError, 'status' | 'requestId' | 'denied'>> = {},
  ) {
    const { cause, ...known } = details
    super(message, cause === undefined ? {} : { cause: withoutExchange(cause) })
    this.code = code
    Object.assign(this, Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)))
  }
}

/** Lambda's answer to a request about the policy of `resource`, or what kept it from answering. */
export function refused(operation: PolicyOperation, resource: string, failure: Failure): AlbPermissionError {
  const { code, message, verdict, denied, status, requestId, cause } = failure
  const isUnexplained = code === 'AccessDeniedException' && denied === undefined
  const advice = isUnexplained ? `Allow the caller lambda:${operation} on ${resource}.` : verdict.advice
  return new AlbPermissionError(code, `${operation} on ${resource} failed: ${code} (${message}). ${advice}`, {
    status,
    requestId,
    denied,
    cause,
  })
}

/** The id that was asked for belongs to a statement that says something else. */
export function conflict(wanted: PolicyStatement, there: PolicyStatement): AlbPermissionError {
  const message =
    `The policy has another statement under the id '${wanted.Sid}'. There: ${shown(there)}. Wanted: ${shown(wanted)}. ` +
    `Remove it with revokeAlb({ …, statementId: '${wanted.Sid}' }), or pass another statementId.`
  return new AlbPermissionError('StatementConflict', message)
}

function shown(statement: PolicyStatement): string {
  return cut(JSON.stringify(statement), 1_000)
}

/** What Lambda sent is no policy. */
export function unreadable(resource: string): AlbPermissionError {
  return new AlbPermissionError('PolicyUnreadable', `The policy of ${resource} is not the JSON of a policy.`)
}
