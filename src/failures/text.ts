// A signature error quotes the signed request, session token included; the SDK adds a hint that helps only in a debugger.
const NOT_FOR_LOGS =
  /\s*(?:The Canonical String|The String-to-Sign|AWS4-HMAC-SHA256|x-amz-security-token|Deserialization error: to see).*$/is

/** Somebody else's text as one clause: one line, no final stop, nothing signed, at most `limit` characters. */
export function clause(text: string, limit = 300): string {
  const line = text
    .slice(0, limit * 8)
    .replace(NOT_FOR_LOGS, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  return cut(line, limit)
}

/** At most `limit` characters, with an ellipsis where something is missing. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** A length of time in words: `250 ms`, `2.4 s`, `2 m`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`
  return `${Number((ms / 60_000).toFixed(1))} m`
}
