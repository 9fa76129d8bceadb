import { answered, failed, type Answered, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import type { FailureCode } from '../failures/catalogue.js'
import { failure } from '../failures/failure.js'
import { retryAfterMs } from '../failures/retry-after.js'
import type { HttpFormat } from './format.js'
import type { HttpHeaders } from './message.js'

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
      return outcome.ok ? read(outcome, context.clock.date()) : outcome
    }

  function read(outcome: Answered, nowMs: number): Outcome {
    const { requestId, logTail } = outcome.reply
    const bytes = outcome.value as Uint8Array | undefined
    const size = bytes?.byteLength ?? 0
    if (size > format.maxReplyBytes) {
      const message = `the reply has ${inWords(size)} bytes; ${format.name} takes at most ${inWords(format.maxReplyBytes)}; ${format.onInvalidReply}`
      return failed(failure('HttpReplyTooLarge', message, { requestId }))
    }
    const reply = decode(format, bytes)
    if ('problem' in reply) {
      const message = `${reply.at} ${reply.problem}; ${format.onInvalidReply}`
      return failed(failure('HttpReplyInvalid', message, { requestId }))
    }
    const { status } = reply
    if (!retried.has(status) && !counted.has(status)) return answered(reply, outcome.reply)
    return failed(
      failure(CODES[status] ?? 'HttpErrorStatus', `the function answered ${status}`, {
        status,
        requestId,
        answer: reply,
        remote: logTail === undefined ? undefined : { logTail },
        retryAfterMs: retryAfterMs({ headers: byName(reply.headers), retryAfterSeconds: '' }, nowMs),
        ...(retried.has(status) ? {} : { retry: 'never' }),
        breaker: counted.has(status) ? 'failure' : 'ignore',
      }),
    )
  }
}

/** A reply's bytes, read as JSON and as the format says. */
function decode(format: HttpFormat, bytes: Uint8Array | undefined): ReturnType<HttpFormat['decode']> {
  let value: unknown
  try {
    value = bytes === undefined ? undefined : JSON.parse(utf8.decode(bytes))
  } catch {
    return {
      at: 'the reply',
      problem: `must be JSON, but its ${inWords(bytes?.byteLength ?? 0)} bytes are not`,
    }
  }
  return format.decode(value)
}

function inWords(bytes: number): string {
  return bytes.toLocaleString('en')
}

function byName(headers: HttpHeaders): ReadonlyMap<string, string> {
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
}
