import type { GatewayAnswer, Refusal } from './exchange.js'

/** Why the rest of a request is not read: the reason in its signal, and what it is answered. */
export class RefusedRest extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** What is known of the request that was refused. */
type Circumstances = Pick<GatewayAnswer, 'target' | 'meta' | 'error'>

/** The answer that carries a refusal to the client. */
export function refuse(refusal: Refusal, circumstances: Circumstances = {}): GatewayAnswer {
  const { status, reason, message, retryAfterMs } = refusal
  const headers: [string, string][] = [['content-type', 'application/json']]
  if (retryAfterMs !== undefined) headers.push(['retry-after', inSeconds(retryAfterMs)])
  const body = Buffer.from(JSON.stringify({ message, reason }))
  const statusText = STATUS_TEXTS[status] ?? ''
  return { ...circumstances, reply: { status, statusText, headers, body }, source: 'gateway', reason }
}

/** For statuses that are in no standard. */
const STATUS_TEXTS: Readonly<Record<number, string>> = {
  460: 'Client Closed Connection',
  463: 'Too Many Forwarded Addresses',
}

function inSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)))
}
