import { systemClock, type Clock } from '../../core/clock.js'
import { callback, listOf, text } from '../../core/settings.js'
import { clock } from '../../invoker/options.js'
import { chunksOf } from '../read-stream.js'
import { headOf } from '../web-request.js'
import { responseOf } from '../web-response.js'
import { GatewayObservers, type GatewayObserver } from './events.js'
import type { GatewayAnswer, HttpHandler, IncomingRequest } from './exchange.js'
import { marked } from './mark.js'
import { unexpected } from './reasons.js'
import { refuse } from './refusal.js'

/** Answers one request. */
export type Handle = (incoming: IncomingRequest) => Promise<GatewayAnswer>

/** What every front door takes. */
export interface HandlerOptions {
  /** Watch the front door from the side. */
  readonly observers?: readonly GatewayObserver[]
  /**
   * The client's address, which a standard Request does not tell; not asked under `toNodeListener` and `listen`.
   *
   * @defaultValue '0.0.0.0', the address that stands for none
   */
  readonly clientAddress?: (request: Request) => string
  /** Replaces time, as for tests. */
  readonly clock?: Clock
}

const NO_ADDRESS = '0.0.0.0'

/** How each option is parsed; for `shape`, among options of others. */
export const handlerOptionParsers = {
  observers: listOf(callback<GatewayObserver>),
  clientAddress: callback<NonNullable<HandlerOptions['clientAddress']>>,
  clock,
}

/** Options that make sense. */
export interface HandlerSettings {
  readonly observers: GatewayObservers
  readonly clientAddress: (request: Request) => string
  readonly clock: Clock
}

/** Parsed options over the defaults. */
export function handlerSettings(parsed: HandlerOptions): HandlerSettings {
  const { observers = [], clientAddress = () => NO_ADDRESS, clock = systemClock } = parsed
  return { observers: new GatewayObservers(observers), clientAddress, clock }
}

/**
 * A handler made of what answers: measures the request, marks whose answer it is, tells those who watch, and answers
 * what is thrown.
 */
export function httpHandler(
  handle: Handle,
  { observers, clientAddress, clock }: HandlerSettings,
): HttpHandler {
  async function answer(incoming: IncomingRequest, how: Handle): Promise<GatewayAnswer> {
    const startedMs = clock.now()
    const body = incoming.body && new Metered(incoming.body)
    const answer = marked(await how({ ...incoming, body }))
    observers.tell(() => {
      const { reply, source, reason, target, meta, error } = answer
      return {
        type: 'http.answered',
        method: incoming.method,
        path: incoming.path,
        query: incoming.query,
        ...(incoming.httpVersion !== undefined && { httpVersion: incoming.httpVersion }),
        status: reply.status,
        source,
        ...(reason !== undefined && { reason }),
        ...(target !== undefined && { target }),
        durationMs: clock.now() - startedMs,
        requestBytes: body?.bytes ?? 0,
        replyBytes: reply.body.byteLength,
        client: incoming.origin.address,
        ...(meta?.requestId !== undefined && { requestId: meta.requestId }),
        attempts: meta?.attempts.length ?? 0,
        ...(error !== undefined && { error }),
      }
    })
    return body && !body.ended ? { ...answer, unread: true } : answer
  }

  async function handled(incoming: IncomingRequest): Promise<GatewayAnswer> {
    if (incoming.malformed) return refuse(incoming.malformed)
    try {
      return await handle(incoming)
    } catch (error) {
      return refuse(unexpected(), { error })
    }
  }

  async function respond(request: Request): Promise<Response> {
    const body = bodyOf(request)
    const from = (address: string): IncomingRequest => {
      return { ...headOf(request, address), body, signal: request.signal }
    }
    let incoming: IncomingRequest
    let how = handled
    try {
      incoming = from(text(clientAddress(request), 'the address that clientAddress returned'))
    } catch (error) {
      incoming = from(NO_ADDRESS)
      how = async () => refuse(unexpected(), { error })
    }
    const { reply } = await answer(incoming, how)
    return responseOf(reply, request.method)
  }

  return Object.assign(respond, { handle: (incoming: IncomingRequest) => answer(incoming, handled) })
}

/** @throws TypeError when somebody has read of it before: the function would get the rest only */
function bodyOf(request: Request): AsyncIterable<Uint8Array> | undefined {
  if (request.bodyUsed)
    throw new TypeError(
      'The body of the request was read already: pass on a request.clone(), or read it after.',
    )
  return request.body ? chunksOf(request.body, request.signal) : undefined
}

/** A body that knows how much of it was read. */
class Metered implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterable<Uint8Array>
  bytes = 0
  ended = false

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#chunks) {
      this.bytes += chunk.byteLength
      yield chunk
    }
    this.ended = true
  }
}
