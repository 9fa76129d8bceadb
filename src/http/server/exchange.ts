import type { CallMeta } from '../../invoker/fn.js'
import type { HttpReply, HttpRequest } from '../message.js'

/** An answer of the front door's own, before it is put into HTTP. */
export interface Refusal {
  readonly status: number
  /** As an Application Load Balancer's access log has it, where it has a name for it; letters, digits and dots. */
  readonly reason: string
  /** One sentence for the client, which tells nothing of what is behind the front door. */
  readonly message: string
  /** When to come again, in ms; goes out as whole seconds, at least one. */
  readonly retryAfterMs?: number
}

/** A request as a front door gets it: its head is here, its body is still coming. */
export interface IncomingRequest extends Omit<HttpRequest, 'body'> {
  /** Undefined where the request has none. Read at most once, and not to its end when it is too long. */
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** Aborted when the client has gone, or the rest of the request is refused. */
  readonly signal: AbortSignal
  /** Such as `1.1`; absent where only a standard Request is known. */
  readonly httpVersion?: string
  /** Why it could not be read as HTTP: then it has no head to speak of, and this is the answer. */
  readonly malformed?: Refusal
}

/** What a front door answers, and where that comes from. */
export interface GatewayAnswer {
  readonly reply: HttpReply
  /** Whose answer it is: the function's own, or the front door's in its place. */
  readonly source: 'function' | 'gateway'
  /** Why the gateway answered itself, as an Application Load Balancer's access log names it where it has a name for it. */
  readonly reason?: string
  /** The function that the request was for, as people write it; absent where no route led to one. */
  readonly target?: string
  /** What is known of the call; absent where none was made. */
  readonly meta?: CallMeta
  /** What went wrong, in full: for those who watch, never for the client. */
  readonly error?: unknown
  /** Whether the rest of the request was not read, so that the connection is of no further use. */
  readonly unread?: boolean
}

/** Answers requests, as a standard handler, and, for `toNodeListener`, in the raw. */
export interface HttpHandler {
  (request: Request): Promise<Response>
  /** Never rejects: whatever goes wrong is an answer. */
  handle(request: IncomingRequest): Promise<GatewayAnswer>
}
