import { clause } from './text.js'

/** Everything that classification looks at, read once from whatever was thrown; empty strings stand for what is absent. */
export interface Seen {
  readonly name: string
  readonly message: string
  readonly code: string
  readonly syscall: string
  readonly status: number | undefined
  /** Whose fault a service says it is: a mark that only answers of a service carry. */
  readonly fault: 'client' | 'server' | undefined
  readonly requestId: string | undefined
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  readonly reason: string | undefined
  readonly retryAfterSeconds: string
  readonly clockSkewCorrected: boolean
}

type Shape = Readonly<Record<string, unknown>>

const NOTHING: Seen = {
  name: '',
  message: 'something that cannot be read was thrown',
  code: '',
  syscall: '',
  status: undefined,
  fault: undefined,
  requestId: undefined,
  headers: new Map(),
  reason: undefined,
  retryAfterSeconds: '',
  clockSkewCorrected: false,
}

/** Reads what was thrown; never throws, even where a getter or a proxy does. */
export function look(thrown: unknown): Seen {
  try {
    return isShape(thrown) ? read(thrown) : { ...NOTHING, message: `${clause(String(thrown))} was thrown` }
  } catch {
    return NOTHING
  }
}

function read(thrown: Shape): Seen {
  const inner = carrier(thrown)
  const metadata = shape(thrown['$metadata'])
  const response = shape(thrown['$response'])
  const headers = lowerCase(shape(response['headers']))
  const fault = thrown['$fault']
  return {
    name: text(thrown['name']),
    message: text(thrown['message']) || text(inner['message']),
    code: text(thrown['code']) || text(inner['code']),
    syscall: text(thrown['syscall']) || text(inner['syscall']),
    status: status(metadata['httpStatusCode']) ?? status(response['statusCode']),
    fault: fault === 'client' || fault === 'server' ? fault : undefined,
    requestId: text(metadata['requestId']) || headers.get('x-amzn-requestid') || undefined,
    headers,
    reason: clause(text(thrown['Reason']), 100) || undefined,
    retryAfterSeconds: String(primitive(thrown['retryAfterSeconds']) ?? ''),
    clockSkewCorrected: metadata['clockSkewCorrected'] === true,
  }
}

// Connecting to several addresses fails with one error for all of them, and fetch wraps what the socket said.
function carrier(thrown: Shape): Shape {
  if (thrown['name'] === 'AggregateError' && Array.isArray(thrown['errors']))
    return shape(thrown['errors'][0])
  return thrown['message'] === 'fetch failed' ? shape(thrown['cause']) : {}
}

function lowerCase(headers: Shape): Map<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(value)] as const)
  return new Map(entries.filter(([, value]) => value !== ''))
}

function isShape(value: unknown): value is Shape {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function shape(value: unknown): Shape {
  return isShape(value) ? value : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function primitive(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

function status(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 100 && value <= 599 ? value : undefined
}
