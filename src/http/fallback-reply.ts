import { formatMs } from '../core/duration.js'
import { answered, failed, type Failed, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { within } from '../core/wait.js'
import { summarise } from '../failures/cause.js'
import { failure, type Failure } from '../failures/failure.js'
import { readStream } from './read-stream.js'
import type { HttpFormat } from './format.js'
import { tokensOf } from './headers.js'
import { withoutHopByHop } from './hop-by-hop.js'
import type { HttpHeaders, HttpReply } from './message.js'
import { decodeReply } from './sendable.js'

/**
 * Reads what a fallback answered as HTTP: a Response, or what a function in the same format would return.
 *
 * It stands outermost, around the fallback, and allows a Response's body as much time as the fallback had, and as many
 * bytes as the format.
 */
export function fallbackReplies(format: HttpFormat, limitMs: number): Policy {
  return (next) =>
    async function httpFallback(call, context) {
      const outcome = await next(call, context)
      const { history, clock } = context
      if (!outcome.ok || !history.fallback) return outcome
      const scope = new Scope(context.scope)
      const late = `its Response did not end within ${formatMs(limitMs)}`
      const timer = clock.setTimer(limitMs, () => scope.cancel(invalid(late)))
      try {
        const read = await within(scope, () => readReply(outcome.value, format, scope.signal))
        history.fallback = read.ok
        return read
      } finally {
        timer.cancel()
        scope.close()
      }
    }
}

async function readReply(value: unknown, format: HttpFormat, signal: AbortSignal): Promise<Outcome> {
  if (value instanceof Response) return readResponse(value, format, signal)
  const reply = decodeReply(format, value)
  return 'problem' in reply ? failed(invalid(`${reply.at} ${reply.problem}`)) : answered(reply)
}

async function readResponse(response: Response, format: HttpFormat, signal: AbortSignal): Promise<Outcome> {
  const { status, statusText } = response
  if (status < 200) return failed(invalid('its Response is an error'))
  try {
    const body = await bodyOf(response, format.maxReplyBytes, signal)
    return body
      ? answered<HttpReply>({ status, statusText, headers: headersOf(response), body })
      : tooLarge(format)
  } catch (error) {
    return failed(invalid(`its Response could not be read: ${summarise(error).message}`, error))
  }
}

/** Undefined where it is too large. */
async function bodyOf(
  response: Response,
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  // One that was given as a value answers more than once.
  const { body } = response.clone()
  if (!body) return new Uint8Array()
  let whole: Uint8Array | undefined
  try {
    return (whole = await readStream(body, limit, signal))
  } finally {
    // A stream of which one copy is given up goes on until the other one is too.
    if (!whole) response.body?.cancel().catch(() => {})
  }
}

/** The encodings that fetch decodes. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br'])

/** One that was fetched has its body decoded already, and its headers as they came. */
function headersOf(response: Response): HttpHeaders {
  const headers = withoutHopByHop([...response.headers])
  const isDecoded = tokensOf(headers, 'content-encoding').every((token) => DECODED.has(token.toLowerCase()))
  if (response.url === '' || !isDecoded) return headers
  return headers.filter(([name]) => name.toLowerCase() !== 'content-encoding')
}

function invalid(what: string, cause?: unknown): Failure {
  return failure('HttpReplyInvalid', `the fallback answered, but ${what}`, { ran: 'maybe', cause })
}

function tooLarge({ name, maxReplyBytes }: HttpFormat): Failed {
  const limit = maxReplyBytes.toLocaleString('en')
  const message = `the fallback answered, but its Response has more than the ${limit} bytes that ${name} takes`
  return failed(failure('HttpReplyTooLarge', message, { ran: 'maybe' }))
}
