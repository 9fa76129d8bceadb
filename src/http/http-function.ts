import { InvalidSettingError } from '../core/settings.js'
import { InvokeError } from '../failures/error.js'
import { failure } from '../failures/failure.js'
import type { CallMeta, Fn } from '../invoker/fn.js'
import type { Codec } from '../transport/payload.js'
import { fallbackReplies } from './fallback-reply.js'
import { parseFormat, type HttpFormat } from './format.js'
import { isIdempotent } from './idempotency.js'
import type { HttpReply, HttpRequest } from './message.js'
import type { HttpSettings } from './options.js'
import { httpVerdicts } from './verdict.js'

/** How a request ended: with a reply, whatever its status, or without one. */
export type HttpResult =
  | { readonly ok: true; readonly reply: HttpReply; readonly meta: CallMeta }
  | { readonly ok: false; readonly error: InvokeError; readonly meta: CallMeta }

type Chain = Fn<unknown, unknown>

/** The policies at both ends have read the reply already. */
const eventCodec: Codec = { encode: (event) => JSON.stringify(event), decode: (reply) => reply }

/** A function that is spoken to over HTTP: a request goes out as an event, and its reply comes back as one of HTTP. */
export class HttpFunction {
  readonly format: HttpFormat
  readonly #chains: Readonly<Record<'ordinary' | 'idempotent', Chain>>
  readonly #declared: boolean
  readonly #settings: HttpSettings

  /** @throws {InvalidSettingError} where the chain has a codec or schemas of its own: the format has their part */
  constructor(fn: Chain, format: HttpFormat, settings: HttpSettings) {
    const { idempotent, fallbackMs } = readPlan(fn)
    this.format = parseFormat(format, 'format')
    const whole = (chain: Chain): Chain => {
      const spoken = chain.codec(eventCodec).use(httpVerdicts(format, settings), { after: 'timeout' })
      if (fallbackMs === undefined) return spoken
      return spoken.use(fallbackReplies(format, fallbackMs), { before: 'fallback' })
    }
    this.#declared = idempotent
    this.#settings = settings
    this.#chains = {
      ordinary: whole(fn.idempotent(false).hedge(false)),
      // A chain that is idempotent by a key is so at this function only, and stays that way.
      idempotent: whole(idempotent ? fn : fn.idempotent()),
    }
  }

  /** As people write it. */
  get target(): string {
    return this.#chains.ordinary.toJSON().target
  }

  /** Never throws for a remote failure. */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResult> {
    const size = request.body?.byteLength ?? 0
    if (size > this.format.maxRequestBytes) return { ok: false, ...this.tooLarge(size) }
    const chain = this.#chains[this.#isIdempotent(request) ? 'idempotent' : 'ordinary']
    const result = await chain.safeInvoke(this.format.encode(request), { signal })
    // What was judged a failure by its status, so that it was repeated and counted, is an answer to who asked over HTTP.
    const reply = result.ok ? result.value : result.error.answer
    if (result.ok || reply !== undefined) return { ok: true, reply: reply as HttpReply, meta: result.meta }
    return result
  }

  /** Why a request is not sent: its body has `size` bytes, or, where nobody counted to the end, more than are taken. */
  tooLarge(size?: number): { readonly error: InvokeError; readonly meta: CallMeta } {
    const { name, maxRequestBytes } = this.format
    const limit = maxRequestBytes.toLocaleString('en')
    const given = size === undefined ? `more than ${limit}` : size.toLocaleString('en')
    const message = `the request's body has ${given} bytes; ${name} takes at most ${limit}`
    const story = { target: this.target, attempts: [], elapsedMs: 0 }
    return {
      error: new InvokeError(failure('HttpRequestTooLarge', message), story),
      meta: { attempts: [], durationMs: 0, queuedMs: 0, fallback: false },
    }
  }

  #isIdempotent(request: HttpRequest): boolean {
    const byDefault = this.#declared || isIdempotent(request)
    const said: unknown = this.#settings.idempotent({ request, byDefault })
    if (typeof said === 'boolean') return said
    // A promise, which is never false, would make every request repeatable.
    throw new InvalidSettingError('idempotent', said, 'a function that returns true or false')
  }
}

/** What a chain says of itself. */
function readPlan(fn: Chain): { readonly idempotent: boolean; readonly fallbackMs: number | undefined } {
  if (typeof fn?.toJSON !== 'function' || typeof fn.use !== 'function') {
    throw new InvalidSettingError('fn', fn, "a function of an invoker, such as lambda('orders')")
  }
  const { idempotent, steps } = fn.toJSON()
  const settingsOf = (wanted: string): Readonly<Record<string, unknown>> =>
    (steps.find(({ step }) => step === wanted)?.settings || {}) as Readonly<Record<string, unknown>>
  const { codec, inputSchema, outputSchema } = settingsOf('transport')
  if (codec !== 'json' || inputSchema !== false || outputSchema !== false)
    throw new InvalidSettingError('fn', fn, 'without codec, input and output: the format encodes and checks')
  const { targets = [] } = settingsOf('failover') as { readonly targets?: readonly object[] }
  if (targets.some((target) => 'plan' in target)) {
    const allowed =
      'without chains in failover(), whose replies nobody would read as HTTP: name the functions'
    throw new InvalidSettingError('fn', fn, allowed)
  }
  const { limitMs } = settingsOf('fallback')
  return { idempotent, fallbackMs: typeof limitMs === 'number' ? limitMs : undefined }
}
