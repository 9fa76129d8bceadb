import { failure, type Failure } from '../failures/failure.js'

/** Source: Invoke API, `X-Amz-Client-Context`: up to 3,583 bytes of base64. */
export const MAX_CLIENT_CONTEXT_BYTES = 3_583

type ClientContext = Readonly<Record<string, unknown>>

/** Why a client context cannot be sent; undefined when it can. */
export function refuseClientContext(context: ClientContext): Failure | undefined {
  const bytes = toBase64(context).length
  if (bytes <= MAX_CLIENT_CONTEXT_BYTES) return undefined
  const message = `the client context has ${bytes.toLocaleString('en')} bytes in base64; Lambda takes at most ${MAX_CLIENT_CONTEXT_BYTES.toLocaleString('en')}`
  return failure('ClientContextTooLarge', message)
}

/** The header's value: the user's context with the carrier's entries in its `custom` part, where runtimes read them. */
export function encodeClientContext(
  context: ClientContext | undefined,
  carrier: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const custom = context?.['custom'] ?? {}
  if (carrier && Object.keys(carrier).length > 0 && isPlain(custom)) {
    const encoded = toBase64({ ...context, custom: { ...carrier, ...custom } })
    // What the user sends matters more than the trace: it travels alone where there is no room for both.
    if (encoded.length <= MAX_CLIENT_CONTEXT_BYTES) return encoded
  }
  return context && toBase64(context)
}

function isPlain(custom: unknown): custom is object {
  return typeof custom === 'object' && !Array.isArray(custom)
}

function toBase64(context: ClientContext): string {
  return Buffer.from(JSON.stringify(context)).toString('base64')
}
