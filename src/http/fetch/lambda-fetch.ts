import { InvalidSettingError, refusedAs, shape } from '../../core/settings.js'
import type { Attempt } from '../../failures/attempt.js'
import { preceded, type InvokeError } from '../../failures/error.js'
import type { Fn } from '../../invoker/fn.js'
import type { HttpFormat } from '../format.js'
import { forwarded } from '../forwarded.js'
import { HttpFunction } from '../http-function.js'
import type { HttpRequest } from '../message.js'
import { httpOptionParsers, httpSettings, type HttpOptions } from '../options.js'
import { readStream } from '../read-stream.js'
import { fetchArguments } from './arguments.js'
import { outgoing } from './outgoing.js'
import { redirected, redirectOf } from './redirect.js'
import { sizeOf } from './request-body.js'
import { fetchedResponse } from './response.js'

/** What `lambdaFetch` takes beside the function and its format. */
export interface LambdaFetchOptions extends HttpOptions {
  /** What relative URLs are resolved against, as `new URL(relative, baseUrl)` does; without it they are refused. */
  readonly baseUrl?: string | URL
}

const parseOptions = shape({ ...httpOptionParsers, baseUrl })

/** Source: Fetch standard, "HTTP-redirect fetch". */
const MOST_REDIRECTS = 20

/**
 * A standard `fetch` that calls a Lambda function which serves HTTP, with all that is settled about how.
 *
 * The host of a URL says whom the function takes itself for; nothing is looked up or connected to. Redirects within the
 * URL's origin are followed, each as a call with a deadline of its own; one that leads elsewhere is returned. Options of
 * fetch that are about caches, credentials, integrity and other origins change nothing.
 *
 * It rejects as fetch does for what cannot be asked and for an abort, and with the InvokeError where the function gave
 * no answer. Any status is an answer.
 *
 * @throws {InvalidSettingError}
 */
export function lambdaFetch<I, O, E extends I>(
  fn: Fn<I, O>,
  format: HttpFormat<E>,
  options: LambdaFetchOptions = {},
): typeof fetch {
  const { baseUrl, ...http } = parseOptions(options, 'options')
  const lambda = new HttpFunction(fn, format, httpSettings(http))

  return async function fetchFromLambda(input, init) {
    const { request, signal } = fetchArguments(input, init ?? {}, baseUrl)
    const body = request.body ? await bodyOf(request.body, init?.body, signal) : undefined
    // Awaited, so that this frame holds the caller's Request: one that was collected passes no abort on to its signal.
    return await follow(outgoing(request, body), request, signal)
  }

  async function bodyOf(stream: ReadableStream, given: unknown, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = await readStream(stream, format.maxRequestBytes, signal)
    if (bytes) return bytes
    throw lambda.tooLarge(sizeOf(given)).error
  }

  async function follow(first: HttpRequest, asked: Request, signal?: AbortSignal): Promise<Response> {
    let request = first
    let url = new URL(asked.url)
    const before: Attempt[] = []
    let elapsedMs = 0
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const result = await lambda.send(forwarded(request), signal)
      // Each hop is a call of its own, and its error knows of no other: one before it may have run.
      if (!result.ok) throw rejection(preceded(result.error, before, elapsedMs), signal)
      const { reply, meta } = result
      before.push(...meta.attempts)
      elapsedMs += meta.durationMs
      const next = redirectOf(reply, url, asked.redirect)
      if (!next) return fetchedResponse(reply, request.method, { url, redirected: redirects > 0 })
      request = redirected(request, reply.status, next)
      url = next
    }
    throw new TypeError(`The function redirected more than ${MOST_REDIRECTS} times.`)
  }
}

/** An abort of the caller's rejects with its reason; a client may abort a request for reasons of its own. */
function rejection(error: InvokeError, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : error
}

function baseUrl(given: unknown, path: string): URL {
  const allowed = "an http: or https: URL without credentials, such as 'https://orders.internal'"
  if (typeof given !== 'string' && !(given instanceof URL))
    throw new InvalidSettingError(path, given, allowed)
  if (!URL.canParse(given.toString())) throw new InvalidSettingError(path, given, allowed)
  const url = new URL(given)
  if (url.username !== '' || url.password !== '') throw refusedAs('a URL with them', path, allowed)
  if (!/^https?:$/.test(url.protocol)) throw new InvalidSettingError(path, url.href, allowed)
  return url
}
