import { valuesOf } from './headers.js'
import type { HttpRequest } from './message.js'

/** Source: RFC 9110, section 9.2.2; TRACE is left out, since no front door passes it on. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * Whether running the function twice for this request does no harm, as far as HTTP tells: by its method, or since its
 * `Idempotency-Key` lets the function recognise a repeat.
 */
export function isIdempotent({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): boolean {
  if (IDEMPOTENT_METHODS.has(method)) return true
  return valuesOf(headers, 'idempotency-key').some((key) => key.trim() !== '')
}
