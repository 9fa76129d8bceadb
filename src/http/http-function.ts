import { callback, InvalidSettingError } from '../core/settings.js'
import { InvokeError } from '../failures/error.js'
import { failure } from '../failures/failure.js'
import type { CallMeta, Fn } from '../invoker/fn.js'
import type { Codec } from '../transport/payload.js'
import type { HttpFormat } from './format.js'
import { isIdempotent } from './idempotency.js'
import type { HttpReply, HttpRequest } from './message.js'
import type { HttpSettings } from './options.js'
import { replyOf } from './web-response.js'
import { httpVerdicts } from './verdict.js'

/** How a request ended: with the function's reply, whatever its status, or without one. */
export type HttpResult =
  | { readonly ok: true; readonly reply: HttpReply; readonly meta: CallMeta }
  | { readonly ok: false; readonly error: InvokeError; readonly meta: CallMeta }

type Chain = Fn<unknown, unknown>

/** The policy beside the transport has read the reply already. */
const eventCodec: Codec = { encode: (event) => JSON.stringify(event), decode: (reply) => reply }

/** A function that is spoken to over HTTP: a request goes out as an event, and its reply comes back as one of HTTP. */
export class HttpFunction {
  readonly format: HttpFormat
  readonly #chains: Readonly<Record<'ordinary' | 'idempotent', Chain>>
  readonly #declared: boolean
  readonly #settings: HttpSettings

  /** @throws {InvalidSettingError} where the chain has a codec or schemas of its own: the format has their part */
  constructor(fn: Chain, format: HttpFormat, settings: HttpSettings) {
    const { idempotent } = refuseOwnCodec(fn)
    callback(format?.encode, 'format.encode')
    callback(format?.decode, 'format.decode')
    const chain = fn
      .idempotent(false)
      .codec(eventCodec)
      .use(httpVerdicts(format, settings), { after: 'timeout' })
    this.format = format
    this.#declared = idempotent
    this.#settings = settings
    this.#chains = { ordinary: chain, idempotent: chain.idempotent() }
  }

  /** As people write it. */
  get target(): string {
    return this.#chains.ordinary.toJSON().target
  }

  /** Never throws for a remote failure. */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResult> {
    const size = request.body?.byteLength ?? 0
    if (size > this.format.maxRequestBytes) return { ok: false, ...this.tooLarge(size) }
    const byDefault = this.#declared || isIdempotent(request)
    const chain = this.#chains[this.#settings.idempotent({ request, byDefault }) ? 'idempotent' : 'ordinary']
    const result = await chain.safeInvoke(this.format.encode(request), { signal })
    const { meta } = result
    if (result.ok) return meta.fallback ? this.#fromFallback(result.value, meta) : answer(result.value, meta)
    // Judged a failure by its status, so that it was repeated and counted; to who asked over HTTP it is an answer.
    return result.error.answer === undefined ? result : answer(result.error.answer, meta)
  }

  /** Why a request is not sent: its body has `size` bytes, or, where nobody counted to the end, more than are taken. */
  tooLarge(size?: number): { readonly error: InvokeError; readonly meta: CallMeta } {
    const { name, maxRequestBytes } = this.format
    const limit = maxRequestBytes.toLocaleString('en')
    const given = size === undefined ? `more than ${limit}` : size.toLocaleString('en')
    return this.#refusal(
      failure('HttpRequestTooLarge', `the request's body has ${given} bytes; ${name} takes at most ${limit}`),
    )
  }

  #refusal(why: ReturnType<typeof failure>): { readonly error: InvokeError; readonly meta: CallMeta } {
    const error = new InvokeError(why, { target: this.target, attempts: [], elapsedMs: 0 })
    return { error, meta: { attempts: [], durationMs: 0, queuedMs: 0, fallback: false } }
  }

  /** A fallback answers with a Response, or as a function in the same format would. */
  async #fromFallback(value: unknown, meta: CallMeta): Promise<HttpResult> {
    if (value instanceof Response) return { ok: true, reply: await replyOf(value), meta }
    const reply = this.format.decode(value)
    if (!('problem' in reply)) return { ok: true, reply, meta }
    const { error } = this.#refusal(
      failure('HttpReplyInvalid', `the fallback answered, but ${reply.at} ${reply.problem}`, {
        ran: 'maybe',
      }),
    )
    return { ok: false, error, meta }
  }
}

function answer(reply: unknown, meta: CallMeta): HttpResult {
  return { ok: true, reply: reply as HttpReply, meta }
}

function refuseOwnCodec(fn: Chain): { readonly idempotent: boolean } {
  if (typeof fn?.toJSON !== 'function' || typeof fn.use !== 'function') {
    throw new InvalidSettingError('fn', fn, "a function of an invoker, such as lambda('orders')")
  }
  const { idempotent, steps } = fn.toJSON()
  const { settings } = steps.find(({ step }) => step === 'transport') ?? {}
  const { codec, inputSchema, outputSchema } = settings as Readonly<Record<string, unknown>>
  if (codec === 'json' && inputSchema === false && outputSchema === false) return { idempotent }
  throw new InvalidSettingError('fn', fn, 'without codec, input and output: the format encodes and checks')
}
