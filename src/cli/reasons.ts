import { CATALOGUE, type FailureCode } from '../failures/catalogue.js'
import { InvokeError } from '../failures/error.js'
import { failure } from '../failures/failure.js'
import { refusalOf } from '../http/server/reasons.js'
import { REFUSED_REQUESTS } from '../http/server/refused-requests.js'

/** What is answered in place of a function, and why, as the log says it. */
export interface GatewayReason {
  readonly status: number
  readonly reason: string
}

/** Answers of the function's own, which are passed on as they are. */
const ANSWERED: ReadonlySet<string> = new Set<FailureCode>([
  'HttpTooManyRequests',
  'HttpBadGateway',
  'HttpServiceUnavailable',
  'HttpGatewayTimeout',
  'HttpErrorStatus',
])

type Line = readonly [status: number | 'any', why: string]

/** Refuses nothing: it is why the answer is not the function's own. */
const FALLBACK: Line = ['any', 'The call failed, and its fallback has answered.']

const CODES = Object.keys(CATALOGUE) as readonly FailureCode[]

/** What is answered where a call fails with this code; undefined where the function's own answer is passed on. */
export function reasonOf(code: FailureCode): GatewayReason | undefined {
  if (ANSWERED.has(code)) return undefined
  return refusalOf(new InvokeError(failure(code), { target: '', attempts: [], elapsedMs: 0 }))
}

/** All reasons in the log, each with what leads to it, status by status. */
export function reasons(): ReadonlyMap<string, readonly Line[]> {
  const withoutCall: Readonly<Record<string, Line>> = { ...REFUSED_REQUESTS, Fallback: FALLBACK }
  const all = new Map(Object.entries(withoutCall).map(([reason, line]) => [reason, [line]]))
  for (const [reason, byStatus] of codesByReason()) {
    const lines = [...byStatus].map(([status, codes]): Line => [status, codes.join(', ')])
    all.set(reason, [...(all.get(reason) ?? []), ...lines.toSorted(([a], [b]) => Number(a) - Number(b))])
  }
  return all
}

function codesByReason(): ReadonlyMap<string, ReadonlyMap<number, readonly string[]>> {
  const found = new Map<string, Map<number, string[]>>()
  for (const code of CODES) {
    const answer = reasonOf(code)
    if (!answer) continue
    const byStatus = found.get(answer.reason) ?? new Map<number, string[]>()
    byStatus.set(answer.status, [...(byStatus.get(answer.status) ?? []), code])
    found.set(answer.reason, byStatus)
  }
  return found
}
