import type { LiveAttempt } from '../core/attempt-record.js'
import type { Context } from '../core/call.js'
import type { DurableHead } from './reply-head.js'
import type { InvokeRequest } from './transport.js'

/** One request on its way through the SDK: what our middleware is to do with it, and what it sees of it. */
export interface Sighting extends DurableHead {
  readonly attempt: LiveAttempt
  readonly request: Pick<InvokeRequest, 'tenantId' | 'durableExecutionName'>
  readonly context: Pick<Context, 'scope' | 'carrier'>
  /** Whether the request goes through the SDK's handler for node:http, where writing can be watched. */
  watchable: boolean
  /** Whether the request got as far as the client's request handler; undefined where no middleware ran, as with a mock. */
  reached: boolean | undefined
  invocationId: string
  /** Ends what was begun for the request: a watch, or a listener on its scope. */
  letGo: (() => void) | undefined
}

export function newSighting(
  attempt: LiveAttempt,
  request: Sighting['request'],
  context: Sighting['context'],
): Sighting {
  return {
    attempt,
    request,
    context,
    watchable: false,
    reached: undefined,
    invocationId: '',
    letGo: undefined,
    durableExecutionArn: undefined,
    nameIgnored: false,
  }
}
