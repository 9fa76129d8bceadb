import type { Context } from '../core/call.js'
import { formatMs } from '../core/duration.js'
import type { CallEventBody, Emit } from '../core/events.js'
import { answered, failed, type Failed, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { within } from '../core/wait.js'
import { summarise } from '../failures/cause.js'
import { failure, type Failure } from '../failures/failure.js'
import { alsoFailed } from '../policies/fallback.js'
import { readStream } from './read-stream.js'
import type { HttpFormat } from './format.js'
import { tokensOf } from './headers.js'
import { withoutHopByHop } from './hop-by-hop.js'
import type { HttpHeaders, HttpReply } from './message.js'
import { decodeReply } from './sendable.js'

type FallbackUsed = Extract<CallEventBody, { readonly type: 'fallback.used' }>

/**
 * Reads what a fallback answered as HTTP: a Response, or what a function in the same format would return. Where that is
 * no reply, the fallback has failed too, and the call's own failure stays.
 *
 * It stands outermost, around the fallback, and allows a Response's body as much time as the fallback had, and as many
 * bytes as the format.
 */
export function fallbackReplies(format: HttpFormat, limitMs: number): Policy {
  return (next) =>
    async function httpFallback(call, context) {
      const { clock, history } = context
      const held: FallbackUsed[] = []
      // Whether it has answered is not known before its reply is read.
      const emit: Emit = (event, elsewhere) => {
        if (event.type === 'fallback.used' && event.ok) held.push(event)
        else context.emit?.(event, elsewhere)
      }
      const outcome = await next(call, { ...context, emit })
      const [used] = held
      if (!outcome.ok || !used) return outcome
      const startedAt = clock.now()
      const read = await readWithin(limitMs, context, (signal) => readReply(outcome.value, format, signal))
      history.fallback = read.ok
      context.emit?.({
        ...used,
        ok: read.ok,
        durationMs: used.durationMs + clock.now() - startedAt,
        ...(!read.ok && { error: read.failure }),
      })
      return read.ok ? read : alsoFailed(used.failure, read.failure, history)
    }
}

async function readWithin(
  limitMs: number,
  context: Context,
  read: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const scope = new Scope(context.scope)
  const late = `its Response did not end within ${formatMs(limitMs)}`
  const timer = context.clock.setTimer(limitMs, () => scope.cancel(invalid(late)))
  try {
    return await within(scope, () => read(scope.signal))
  } finally {
    timer.cancel()
    scope.close()
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
  return failure('HttpReplyInvalid', `it answered, but ${what}`, { ran: 'maybe', cause })
}

function tooLarge({ name, maxReplyBytes }: HttpFormat): Failed {
  const limit = maxReplyBytes.toLocaleString('en')
  const message = `it answered, but its Response has more than the ${limit} bytes that ${name} takes`
  return failed(failure('HttpReplyTooLarge', message, { ran: 'maybe' }))
}
