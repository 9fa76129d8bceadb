import type { Context } from '../core/call.js'
import type { Outcome } from '../core/outcome.js'

/** One request to Lambda, as it goes over the wire. */
export interface InvokeRequest {
  /** Name, partial or full ARN, without the qualifier. */
  readonly functionName: string
  readonly qualifier: string | undefined
  readonly tenantId: string | undefined
  /** From the target's ARN, or that of a failover; undefined leaves it to the client. */
  readonly region: string | undefined
  readonly body: Uint8Array | undefined
  readonly clientContext: Readonly<Record<string, unknown>> | undefined
  /** For durable functions: the execution of this name is the answer, if there is one with the same payload. */
  readonly durableExecutionName?: string | undefined
  /** Whether the client context tells how long somebody waits, and which attempt this is. */
  readonly forward?: boolean
  /** Whether the reply should carry the last 4 KB of the log. */
  readonly logTail: boolean
}

/**
 * Sends one request, once, and answers with the payload's bytes or a failure with its verdict.
 *
 * It settles as soon as `context.scope` is cancelled. An attempt begins as one that may have run; a transport that sees
 * what it sends sets `context.attempt.ran` to `'no'` first, and moves it on as bytes go out and come in.
 */
export type Transport = (request: InvokeRequest, context: Context) => Promise<Outcome<Uint8Array | undefined>>
