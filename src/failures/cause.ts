import { look } from './seen.js'
import { clause } from './text.js'

/** What logs may know of a cause. */
export interface CauseSummary {
  readonly name?: string
  readonly code?: string
  readonly message: string
}

/** A cause in three words, without anything that hangs on it. */
export function summarise(cause: unknown): CauseSummary {
  const { name, code, message } = look(cause)
  return { ...(name && { name }), ...(code && { code }), message: clause(message) }
}

/**
 * The cause as callers may have it.
 *
 * An error of the SDK drags the whole exchange along under `$response`: the request with its signed headers and the
 * session token, and the reply. It is replaced by a copy of the same class with plain values only. Other causes stay
 * what they are.
 */
export function withoutExchange(cause: unknown): unknown {
  try {
    return carriesExchange(cause) ? copyOf(cause) : cause
  } catch {
    return new Error(clause(look(cause).message))
  }
}

// Node puts what it could not parse of a reply into rawPacket.
function carriesExchange(cause: unknown): cause is Error {
  if (typeof cause !== 'object' || cause === null) return false
  return '$response' in cause || '$metadata' in cause || 'rawPacket' in cause
}

function copyOf(error: Error): Error {
  const copy = Object.setPrototypeOf(new Error(clause(error.message)), Object.getPrototypeOf(error)) as Error
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    const value: unknown = key === '$metadata' ? { ...property.value } : property.value
    if (isKept(key, value)) Object.defineProperty(copy, key, { ...property, value })
  }
  // The message stands in the stack as well, and may quote the signed request there.
  const frames = /^\s+at [\s\S]*/m.exec(String(error.stack))?.[0] ?? ''
  return Object.defineProperty(copy, 'stack', { value: `${error.name}: ${copy.message}\n${frames}` })
}

function isKept(key: string, value: unknown): boolean {
  if (key === 'message' || key === 'stack' || key.startsWith('$response')) return false
  return key === '$metadata' || typeof value !== 'object'
}
