import type { Context } from '../core/call.js'
import { FORWARDED } from '../core/forwarded.js'
import { failure, type Failure } from '../failures/failure.js'
import type { InvokeRequest } from './transport.js'

/** Source: Invoke API, `X-Amz-Client-Context`: up to 3,583 bytes of base64. */
export const MAX_CLIENT_CONTEXT_BYTES = 3_583

type ClientContext = Readonly<Record<string, unknown>>
type Entries = Readonly<Record<string, string>>

/** Why a client context cannot be sent; undefined when it can. */
export function refuseClientContext(context: ClientContext): Failure | undefined {
  const bytes = toBase64(context).length
  if (bytes <= MAX_CLIENT_CONTEXT_BYTES) return undefined
  const message = `the client context has ${bytes.toLocaleString('en')} bytes in base64; Lambda takes at most ${MAX_CLIENT_CONTEXT_BYTES.toLocaleString('en')}`
  return failure('ClientContextTooLarge', message)
}

/** The context with one more entry in its custom part; undefined where something else stands in its place. */
export function withCustomEntry(
  context: ClientContext | undefined,
  name: string,
  value: string,
): ClientContext | undefined {
  const custom = context?.['custom'] ?? {}
  if (!isPlain(custom)) return undefined
  if (Object.hasOwn(custom, name) && Reflect.get(custom, name) !== value) return undefined
  return { ...context, custom: { ...custom, [name]: value } }
}

/** What tells the function how long somebody waits for this attempt, and which one it is. */
function forwardedEntries({
  clock,
  deadlineAt,
  attempt,
}: Pick<Context, 'clock' | 'deadlineAt' | 'attempt'>): Entries {
  const number = { [FORWARDED.attempt]: String(attempt?.number ?? 1) }
  if (deadlineAt === Infinity) return number
  const remainingMs = Math.max(0, Math.floor(deadlineAt - clock.now()))
  return {
    ...number,
    [FORWARDED.remainingMs]: String(remainingMs),
    [FORWARDED.deadline]: String(Math.floor(clock.date()) + remainingMs),
  }
}

/** The header's value for one attempt; undefined where there is nothing to say. */
export function clientContextOf(request: InvokeRequest, context: Context): string | undefined {
  const forwarded = request.forward ? forwardedEntries(context) : undefined
  return encodeClientContext(request.clientContext, context.carrier, forwarded)
}

/** The header's value: the user's context with further entries in its `custom` part, where runtimes read them. */
function encodeClientContext(
  context: ClientContext | undefined,
  carrier: Entries | undefined,
  forwarded: Entries | undefined,
): string | undefined {
  const custom = context?.['custom'] ?? {}
  if ((carrier || forwarded) && isPlain(custom)) {
    // What the user sends goes before the trace, which travels in headers too; but what he passes on of his own caller's
    // deadline is not this call's.
    for (const trace of [carrier, undefined]) {
      if (Object.keys({ ...trace, ...forwarded }).length === 0) continue
      const encoded = toBase64({ ...context, custom: { ...trace, ...custom, ...forwarded } })
      if (encoded.length <= MAX_CLIENT_CONTEXT_BYTES) return encoded
    }
  }
  return context && toBase64(context)
}

function isPlain(custom: unknown): custom is object {
  return typeof custom === 'object' && custom !== null && !Array.isArray(custom)
}

function toBase64(context: ClientContext): string {
  return Buffer.from(JSON.stringify(context)).toString('base64')
}
