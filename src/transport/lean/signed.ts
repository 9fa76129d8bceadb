import type { Context } from '../../core/call.js'
import { systemClock } from '../../core/clock.js'
import type { InvokeRequest } from '../transport.js'
import type { Credentials } from './credentials.js'
import { headOf } from './invoke.js'
import type { LambdaService } from './service.js'
import type { Signer } from './sigv4.js'
import type { WireRequest } from '../wire/wire.js'

/** What a request was signed with: what has to change where Lambda does not take it. */
export interface Signed {
  readonly service: LambdaService
  readonly credentials: Credentials
  /** Of the clock, when it was signed. */
  offsetMs: number
}

/** The Invoke as it goes over the wire. */
export function signedRequest(
  request: InvokeRequest,
  context: Context,
  attemptNumber: number,
  { service, credentials, offsetMs }: Signed,
  signer: Signer,
): WireRequest {
  const method = 'POST'
  const { body } = request
  const { host, basePath, signing, userAgent } = service
  const head = headOf(request, context, attemptNumber, userAgent)
  const path = `${basePath}${head.path}`
  const unsigned = { method, host, path, query: head.query, headers: head.headers, body } as const
  // Lambda compares it with its own clock, whatever the call's says; and the client keeps what is to be added to this one.
  const headers = signer.sign(unsigned, credentials, signing, systemClock.date() + offsetMs)
  return { method, path: head.query === '' ? path : `${path}?${head.query}`, headers, body }
}
