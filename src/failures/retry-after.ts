/** Where an answer says how long to wait. */
export interface RetryHints {
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /** The SDK's copy of the header Retry-After: a string, of whatever form the header has. */
  readonly retryAfterSeconds: string
}

const NUMBER = /^\d+(?:\.\d+)?$/
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/

/**
 * How long an answer asks to wait, in ms, or undefined: the longest of its hints, since each of them is a floor.
 *
 * `Retry-After` is a number of seconds or an HTTP date (RFC 9110, 10.2.3), `x-amz-retry-after` a number of milliseconds.
 * A date is compared with the answer's own `Date` where there is one, so that a wrong clock here does no harm.
 */
export function retryAfterMs({ headers, retryAfterSeconds }: RetryHints, nowMs: number): number | undefined {
  const hints = [
    inSecondsOrDate(retryAfterSeconds),
    inSecondsOrDate(headers.get('retry-after')),
    number(headers.get('x-amz-retry-after')),
  ].filter((hint) => hint !== undefined)
  return hints.length === 0 ? undefined : Math.max(...hints)

  function inSecondsOrDate(value: string | undefined): number | undefined {
    const seconds = number(value)
    if (seconds !== undefined) return Math.round(seconds * 1_000)
    const dateMs = httpDateMs(value)
    return dateMs === undefined ? undefined : Math.max(0, dateMs - (httpDateMs(headers.get('date')) ?? nowMs))
  }
}

function number(value: string | undefined): number | undefined {
  const trimmed = value?.trim() ?? ''
  const parsed = NUMBER.test(trimmed) ? Number(trimmed) : undefined
  return parsed !== undefined && parsed <= Number.MAX_SAFE_INTEGER / 1_000 ? parsed : undefined
}

function httpDateMs(value: string | undefined): number | undefined {
  const trimmed = value?.trim() ?? ''
  if (!HTTP_DATE.test(trimmed)) return undefined
  // The oldest of the three forms names no zone and means GMT; Date.parse would take it for local time.
  const parsed = Date.parse(trimmed.endsWith('GMT') ? trimmed : `${trimmed} GMT`)
  return Number.isNaN(parsed) ? undefined : parsed
}
