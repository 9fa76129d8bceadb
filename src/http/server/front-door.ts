import { forwarded } from '../forwarded.js'
import type { HttpFunction } from '../http-function.js'
import type { HttpHeaders } from '../message.js'
import { readBody } from '../read-body.js'
import { valuesOf } from '../headers.js'
import { withoutHopByHop } from '../hop-by-hop.js'
import type { GatewayAnswer, IncomingRequest, Refusal } from './exchange.js'
import type { Handle } from './handler.js'
import { asUtf8 } from './header-text.js'
import { clientGone, refusalOf, unexpected } from './reasons.js'
import { refuse, RefusedRest } from './refusal.js'
import { refusalFor } from './refused-requests.js'
import { refusedHead } from './rules.js'

/** Answers for one function: by the load balancer's rules for the head first, then as the function does. */
export function frontDoor(httpFunction: HttpFunction): Handle {
  const ask = askFunction(httpFunction)
  return async (incoming) => refusedHead(incoming) ?? ask(incoming)
}

/** Asks the function, for a request whose head the rules have let through: for gateways, which apply them themselves. */
export function askFunction(httpFunction: HttpFunction): Handle {
  const { target } = httpFunction
  const { maxRequestBytes } = httpFunction.format

  return async function ask(incoming) {
    try {
      return await answer(incoming)
    } catch (error) {
      // Remote failures are values; this is a mistake in a policy, a callback or a format.
      return refuse(unexpected(), { target, error })
    }
  }

  async function answer({ body: chunks, signal, ...head }: IncomingRequest): Promise<GatewayAnswer> {
    const declared = declaredLength(head.headers)
    if (declared > maxRequestBytes) return failed(httpFunction.tooLarge(declared))
    let body: Uint8Array | undefined
    try {
      body = chunks && (await readBody(chunks, maxRequestBytes))
    } catch (error) {
      return refuse(signal.aborted ? whyAborted(signal) : refusalFor('BadRequestBody'), { target, error })
    }
    if (chunks && !body) return failed(httpFunction.tooLarge())
    const headers = asUtf8(withoutHopByHop(head.headers))
    if (!headers) return refuse(refusalFor('LambdaBadRequest'), { target })
    const request = forwarded({ ...head, headers, body })
    const result = await httpFunction.send(request, signal)
    if (!result.ok) return failed(result)
    const { reply, meta } = result
    if (meta.fallback) return { reply, source: 'gateway', reason: 'Fallback', target, meta }
    return { reply, source: 'function', target, meta }
  }

  function failed({ error, meta }: ReturnType<HttpFunction['tooLarge']>): GatewayAnswer {
    return refuse(refusalOf(error), { target, meta, error })
  }
}

function whyAborted({ reason }: AbortSignal): Refusal {
  return reason instanceof RefusedRest ? reason.refusal : clientGone()
}

/** What the client says that the body has, before any of it is read; 0 where it does not say. */
function declaredLength(headers: HttpHeaders): number {
  return Number(valuesOf(headers, 'content-length')[0] ?? 0)
}
