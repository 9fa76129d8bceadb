import {
  duration,
  flag,
  InvalidSettingError,
  mapOf,
  oneOf,
  required,
  shape,
  text,
  textLike,
  wholeNumber,
  type Parse,
} from '../../../core/settings.js'
import { statusOf } from '../http/statuses.js'
import type { ConnectionFault, Fault } from './types.js'

/** What each fault takes beside its type; the compiler holds it complete. */
type Table<F extends { readonly type: string }> = {
  readonly [T in F['type']]: {
    readonly [K in Exclude<keyof Extract<F, { readonly type: T }>, 'type'>]-?: Parse<unknown>
  }
}

const anyText = textLike(/^/, 'a text')
const status = wholeNumber(200, 599)
const executed = flag
const answered = { executed, delay: duration(), headers: mapOf(anyText) }
const trickle = { bytes: wholeNumber(1), every: duration() }

const FAULTS: Table<Fault> = {
  none: {},
  error: { name: text, status, message: textOrNull, fields: mapOf(anything), ...answered },
  throttle: {
    reason: anyText,
    retryAfter: duration(),
    retryAfterHeader: anyText,
    message: anyText,
    delay: duration(),
    headers: mapOf(anyText),
  },
  functionError: { errorType: anyText, errorMessage: anyText, payload: textOrBytes, ...answered },
  latency: { before: duration(), after: duration() },
  html: { status, ...answered },
  redirect: { location: text },
  resetWhileReading: { afterBytes: wholeNumber(0) },
  resetAfterReading: { executed },
  closeAfterReading: { executed },
  cutReply: { mode: oneOf('rst', 'fin') },
  stallReply: {},
  stallHead: { executed },
  slowHead: trickle,
  slowBody: trickle,
  garbage: { executed },
  staleKeepAlive: {},
}

const CONNECTION_FAULTS: Table<ConnectionFault> = { none: {}, resetOnConnect: {}, hangBeforeAccept: {} }

/** The keys a fault cannot do without. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { error: ['name'], html: ['status'] }

/** @throws {InvalidSettingError} for what is no fault of a request */
export function checkFault(fault: Fault, path: string): void {
  check(FAULTS, fault, path)
  if (fault.type === 'error' && fault.status === undefined && statusOf(fault.name) === undefined) {
    const allowed = `given, since Lambda is not known to send '${fault.name}', which may be misspelt`
    throw new InvalidSettingError(`${path}.status`, undefined, allowed)
  }
  if (fault.type === 'throttle' && fault.retryAfter !== undefined && fault.retryAfterHeader !== undefined) {
    const allowed = 'left out where retryAfter is given'
    throw new InvalidSettingError(`${path}.retryAfterHeader`, fault.retryAfterHeader, allowed)
  }
}

/** @throws {InvalidSettingError} for what is no fault of a connection */
export function checkConnectionFault(fault: ConnectionFault, path: string): void {
  check(CONNECTION_FAULTS, fault, path)
}

function check(
  table: Readonly<Record<string, Record<string, Parse<unknown>>>>,
  given: unknown,
  path: string,
): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidSettingError(path, given, "an object with a type, such as { type: 'none' }")
  }
  const type = oneOf(...Object.keys(table))('type' in given ? given.type : undefined, `${path}.type`)
  const parse: Parse<Record<string, unknown>> = shape({ type: text, ...table[type] })
  required(parse, ...(NEEDED[type] ?? []))(given, path)
}

function anything(given: unknown): unknown {
  return given
}

function textOrNull(given: unknown, path: string): string | null {
  if (given === null || typeof given === 'string') return given
  throw new InvalidSettingError(path, given, 'a text or null')
}

function textOrBytes(given: unknown, path: string): string | Uint8Array {
  if (typeof given === 'string' || given instanceof Uint8Array) return given
  throw new InvalidSettingError(path, given, 'a text or a Uint8Array')
}
