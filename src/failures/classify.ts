import { CATALOGUE, isAnswerCode } from './catalogue.js'
import { diagnoseAnswer } from './classify-answer.js'
import { diagnoseNetwork } from './classify-network.js'
import { adviceAgainst, denialIn } from './denial.js'
import type { Diagnosis } from './diagnosis.js'
import { failure, type Failure } from './failure.js'
import { retryAfterMs } from './retry-after.js'
import { look, type Seen } from './seen.js'
import { clause } from './text.js'
import type { Ran } from './verdict.js'

export { classifyFunctionError } from './classify-function.js'

/** What the transport knows about an attempt apart from the error. */
export interface Evidence {
  /** Whether the request got to the SDK's request handler; undefined where that could not be watched, as with a mock. */
  readonly reached: boolean | undefined
  /** The most that can have happened so far: `'no'` while the request is not fully written, `'yes'` once a reply began. */
  readonly ran: Ran
  /** Now, in ms since 1970, for hints that are dates. */
  readonly nowMs: number
}

// An access denial says who may not do what to which resource, and the last of them stands at the end.
const PERMISSION_MESSAGE_CHARS = 1_000

/** Turns whatever the SDK threw into a failure with a verdict; never throws itself. */
export function classify(thrown: unknown, evidence: Evidence): Failure {
  const seen = look(thrown)
  const diagnosis = diagnose(seen, evidence)
  const row = CATALOGUE[diagnosis.code]
  const message = clause(
    diagnosis.message ?? seen.message,
    row.kind === 'permission' ? PERMISSION_MESSAGE_CHARS : 300,
  )
  const ran = truth(diagnosis.ran ?? row.ran, seen, evidence)
  // The metadata of an error from before the request, such as a credential provider's, is not Lambda's.
  if (evidence.reached === false) return failure(diagnosis.code, message || undefined, { ran, cause: thrown })
  const denied = diagnosis.code === 'AccessDeniedException' ? denialIn(seen.message) : undefined
  return failure(diagnosis.code, message || undefined, {
    ran,
    cause: thrown,
    status: seen.status,
    requestId: seen.requestId,
    reason: row.kind === 'throttle' ? seen.reason : undefined,
    retryAfterMs: retryAfterMs(seen, evidence.nowMs),
    denied,
    advice: denied && adviceAgainst(denied),
  })
}

function diagnose(seen: Seen, evidence: Evidence): Diagnosis {
  if (evidence.reached === false) return beforeSending(seen)
  if (isAbort(seen)) return aborted(seen)
  if (isAnswer(seen)) return diagnoseAnswer(seen)
  return diagnoseNetwork(seen) ?? byName(seen, evidence) ?? unknown(seen, evidence)
}

function isAnswer(seen: Seen): boolean {
  return seen.status !== undefined || seen.fault !== undefined
}

function isAbort({ name, code }: Seen): boolean {
  return name === 'AbortError' || code === 'ABORT_ERR'
}

function aborted({ status }: Seen): Diagnosis {
  const replyBegan = status !== undefined && status < 300
  return replyBegan ? { code: 'Aborted', ran: 'yes' } : { code: 'Aborted' }
}

// Providers ask STS, SSO or the instance over the network: their errors carry the marks of answers and of sockets.
function beforeSending(seen: Seen): Diagnosis {
  const message = named(seen)
  if (isRegionMissing(seen)) return { code: 'RegionMissing', message }
  const fromProvider =
    isAnswer(seen) ||
    isAnswerCode(seen.name) ||
    diagnoseNetwork(seen) !== undefined ||
    isProviderError(seen) ||
    isAbort(seen) ||
    /credential/i.test(seen.message)
  return { code: fromProvider ? 'CredentialsUnavailable' : 'RequestRejectedByClient', message }
}

// Without an answer's marks a name is hearsay: good enough from a mock, but no proof that the function did not run.
function byName(seen: Seen, { reached }: Evidence): Diagnosis | undefined {
  if (isAnswerCode(seen.name)) {
    return reached === true ? { code: seen.name, ran: 'maybe' } : { code: seen.name }
  }
  if (reached === true) return undefined
  if (isRegionMissing(seen)) return { code: 'RegionMissing' }
  return isProviderError(seen) ? { code: 'CredentialsUnavailable', message: named(seen) } : undefined
}

// Node refuses malformed headers and bodies only when the request is made, which is inside the handler.
function unknown(seen: Seen, { reached, ran }: Evidence): Diagnosis {
  const refusedByNode = seen.name === 'TypeError' || seen.code.startsWith('ERR_')
  const rejected = ran === 'no' && (reached === undefined || refusedByNode)
  return { code: rejected ? 'RequestRejectedByClient' : 'UnknownError', message: named(seen) }
}

function isRegionMissing({ message }: Seen): boolean {
  return message.startsWith('Region is missing')
}

function isProviderError({ name }: Seen): boolean {
  return name === 'CredentialsProviderError' || name === 'TokenProviderError'
}

function named({ name, message }: Seen): string {
  return name === '' || name === 'Error' ? message : `${name}: ${message}`
}

// An answer knows best; without one, what the transport saw outweighs what the error claims.
function truth(ran: Ran, seen: Seen, evidence: Evidence): Ran {
  if (evidence.reached === false) return 'no'
  if (evidence.ran === 'yes' && !isAnswer(seen)) return 'yes'
  return ran === 'maybe' && evidence.ran === 'no' ? 'no' : ran
}
