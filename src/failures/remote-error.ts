import type { RemoteError } from './failure.js'
import { cut } from './text.js'

const MAX_TYPE_CHARS = 200
const MAX_MESSAGE_CHARS = 2_000
const MAX_TRACE_LINES = 32
const MAX_LINE_CHARS = 1_000

type Shape = Readonly<Record<string, unknown>>

const decoder = new TextDecoder()

/** The error in the payload of a function error; text that has not Lambda's form becomes the message. Never throws. */
export function readRemoteError(payload: Uint8Array | undefined): RemoteError {
  if (payload === undefined || payload.length === 0) return {}
  const text = decoder.decode(payload)
  const body = parse(text)
  if (!isShape(body)) return { errorMessage: cut(typeof body === 'string' ? body : text, MAX_MESSAGE_CHARS) }
  const errorType = words(body['errorType'], MAX_TYPE_CHARS)
  const errorMessage = words(body['errorMessage'], MAX_MESSAGE_CHARS)
  const trace = traceOf(body)
  return {
    ...(errorType === undefined ? {} : { errorType }),
    ...(errorMessage === undefined ? {} : { errorMessage }),
    ...(trace.length === 0 ? {} : { trace }),
  }
}

// Java and .NET nest the causes, each with a trace of its own.
function traceOf(body: Shape): string[] {
  const lines: string[] = []
  for (let error = body; lines.length < MAX_TRACE_LINES; error = error['cause']) {
    if (error !== body) lines.push(cut(`Caused by: ${title(error)}`, MAX_LINE_CHARS))
    lines.push(...frames(error).slice(0, MAX_TRACE_LINES))
    if (!isShape(error['cause'])) break
  }
  return lines.slice(0, MAX_TRACE_LINES)
}

function title(error: Shape): string {
  const parts = [words(error['errorType'], MAX_TYPE_CHARS), words(error['errorMessage'], MAX_MESSAGE_CHARS)]
  return parts.filter((part) => part !== undefined).join(': ')
}

// Node says trace, the others stackTrace; old .NET sends one string.
function frames(error: Shape): string[] {
  const raw = error['trace'] ?? error['stackTrace']
  const list: unknown[] = typeof raw === 'string' ? raw.split('\n') : Array.isArray(raw) ? raw : []
  return list.slice(0, MAX_TRACE_LINES).map((frame) => cut(line(frame).trimEnd(), MAX_LINE_CHARS))
}

// Go sends { path, line, label }, the oldest Python [path, line, function, code].
function line(frame: unknown): string {
  if (Array.isArray(frame)) return frame.filter(isPrimitive).join(' ')
  if (!isShape(frame)) return isPrimitive(frame) ? String(frame) : ''
  const { path, line, label } = frame
  return `${words(label, MAX_LINE_CHARS) ?? '?'} (${words(path, MAX_LINE_CHARS) ?? '?'}:${words(line, 20) ?? '?'})`
}

function words(value: unknown, limit: number): string | undefined {
  return isPrimitive(value) && value !== '' ? cut(String(value), limit) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPrimitive(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
