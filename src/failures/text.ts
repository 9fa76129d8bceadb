// A signature error quotes the signed request, session token included; the SDK adds a hint that helps only in a debugger.
const NOT_FOR_LOGS =
  /\s*(?:The Canonical String|The String-to-Sign|AWS4-HMAC-SHA256|x-amz-security-token|Deserialization error: to see).*$/is

/** Somebody else's text as one clause: one line, no final stop, nothing signed, at most `limit` characters. */
export function clause(text: string, limit = 300): string {
  const line = oneLine(text.slice(0, limit * 8).replace(NOT_FOR_LOGS, ''))
    .trim()
    .replace(/\.$/, '')
  return cut(line, limit)
}

/** Only what is not a single space already is replaced: most texts stay as they are, and cost nothing. */
export function oneLine(text: string): string {
  return text.replace(/\s{2,}|[^\S ]/g, ' ')
}

/** At most `limit` characters, with an ellipsis where something is missing. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}

/** A duration for people: `'250 ms'`, `'1.5 s'`, `'60 s'`, `'15 m'`. */
export function formatMs(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Number((ms / 1_000).toFixed(2))} s`
  return `${Number((ms / 60_000).toFixed(2))} m`
}
