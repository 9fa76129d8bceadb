import { answered, failed, type Answered, type Outcome, type Reply } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import type { FailureCode } from '../failures/catalogue.js'
import { failure, type FailureDetails } from '../failures/failure.js'
import { retryAfterMs } from '../failures/retry-after.js'
import type { HttpFormat } from './format.js'
import type { HttpHeaders } from './message.js'
import { decodeReply } from './sendable.js'

/** Which statuses are failures, though the function answered. */
export interface StatusSettings {
  /** Worth another attempt, where a repeat is safe. */
  readonly retried: ReadonlySet<number>
  /** Speak against the function's health. */
  readonly counted: ReadonlySet<number>
}

const CODES: Readonly<Record<number, FailureCode>> = {
  429: 'HttpTooManyRequests',
  502: 'HttpBadGateway',
  503: 'HttpServiceUnavailable',
  504: 'HttpGatewayTimeout',
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads each reply as HTTP, and judges it by its status: stands next to the transport, so that retry, breaker and the
 * history of the call see a 503 as the failure that it is.
 */
export function httpVerdicts(format: HttpFormat, { retried, counted }: StatusSettings): Policy {
  return (next) =>
    async function httpReply(call, context) {
      const outcome = await next(call, context)
      return outcome.ok ? judge(outcome, context.clock.date()) : outcome
    }

  function judge(outcome: Answered, nowMs: number): Outcome {
    const known = detailsOf(outcome.reply)
    const bytes = outcome.value as Uint8Array | undefined
    const size = bytes?.byteLength ?? 0
    if (size > format.maxReplyBytes) {
      const message = `the reply has ${inWords(size)} bytes; ${format.name} takes at most ${inWords(format.maxReplyBytes)}; ${format.onInvalidReply}`
      return failed(failure('HttpReplyTooLarge', message, known))
    }
    const reply = decode(format, bytes)
    if ('problem' in reply) {
      const message = `${reply.at} ${reply.problem}; ${format.onInvalidReply}`
      return failed(failure('HttpReplyInvalid', message, known))
    }
    const { status, headers } = reply
    if (!retried.has(status) && !counted.has(status)) return answered(reply, outcome.reply)
    return failed(
      failure(CODES[status] ?? 'HttpErrorStatus', `the function answered ${status}`, {
        ...known,
        status,
        answer: reply,
        retryAfterMs: retryAfterMs({ headers: byName(headers), retryAfterSeconds: '' }, nowMs),
        ...(retried.has(status) ? {} : { retry: 'never' }),
        breaker: counted.has(status) ? 'failure' : 'ignore',
      }),
    )
  }
}

/** What came with the reply, which a failure would lose. */
function detailsOf({ requestId, logTail, executedVersion }: Reply): FailureDetails {
  const remote = {
    ...(logTail !== undefined && { logTail }),
    ...(executedVersion !== undefined && { executedVersion }),
  }
  return { requestId, ...(Object.keys(remote).length > 0 && { remote }) }
}

/** A reply's bytes, read as JSON and as the format says. */
function decode(format: HttpFormat, bytes: Uint8Array | undefined): ReturnType<HttpFormat['decode']> {
  if (bytes === undefined) return decodeReply(format, undefined)
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return { at: 'the reply', problem: `must be JSON, but its ${inWords(bytes.byteLength)} bytes are not` }
  }
  return decodeReply(format, value, text)
}

function inWords(bytes: number): string {
  return bytes.toLocaleString('en')
}

function byName(headers: HttpHeaders): ReadonlyMap<string, string> {
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
}
