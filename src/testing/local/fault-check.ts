import { parseDuration } from '../../core/duration.js'
import type { ConnectionFault, Fault } from './faults.js'
import { statusOf } from './statuses.js'

const DURATIONS = ['delay', 'before', 'after', 'every']

/** The keys each fault takes beside `type`; the compiler holds the list complete. */
const FAULT_KEYS: Record<Fault['type'], string> = {
  none: '',
  error: 'name status message fields executed delay headers',
  throttle: 'reason retryAfter message delay headers',
  functionError: 'errorType errorMessage payload executed delay headers',
  latency: 'before after',
  html: 'status executed delay headers',
  redirect: 'location',
  resetWhileReading: 'afterBytes',
  resetAfterReading: 'executed',
  closeAfterReading: 'executed',
  cutReply: 'mode',
  stallReply: '',
  stallHead: 'executed',
  slowHead: 'bytes every',
  slowBody: 'bytes every',
  garbage: 'executed',
  staleKeepAlive: '',
}

const CONNECTION_FAULT_KEYS: Record<ConnectionFault['type'], string> = {
  none: '',
  resetOnConnect: '',
  hangBeforeAccept: '',
}

/** @throws TypeError for what is no fault of a request. */
export function checkFault(fault: Fault): void {
  check(fault, FAULT_KEYS)
  if (fault.type === 'error' && fault.status === undefined && statusOf(fault.name) === undefined) {
    throw new TypeError(
      `The fault { type: 'error', name: ${JSON.stringify(fault.name)} } needs a status: Lambda is not known to send an error of this name. Give { status: 500 } or another, or check the spelling.`,
    )
  }
}

/** @throws TypeError for what is no fault of a connection. */
export function checkConnectionFault(fault: ConnectionFault): void {
  check(fault, CONNECTION_FAULT_KEYS)
}

function check(fault: { readonly type: string }, keysByType: Record<string, string>): void {
  const keys = keysByType[fault.type]
  if (keys === undefined) {
    const allowed = Object.keys(keysByType).join(', ')
    throw new TypeError(
      `There is no fault of type ${JSON.stringify(fault.type)} here. Allowed are: ${allowed}.`,
    )
  }
  for (const [key, value] of Object.entries(fault)) {
    if (key !== 'type' && !keys.split(' ').includes(key)) {
      throw new TypeError(
        `The fault '${fault.type}' has no setting ${JSON.stringify(key)}. Allowed are: ${keys || 'none'}.`,
      )
    }
    if (DURATIONS.includes(key) && parseDuration(value) === undefined) {
      throw new TypeError(
        `The setting ${key} of the fault '${fault.type}' is ${JSON.stringify(value)}. Allowed are milliseconds or a text such as '250ms' or '2s'.`,
      )
    }
  }
}
