import { randomUUID } from 'node:crypto'
import type { HttpReply, HttpRequest } from '../message.js'

/** Source: Fetch standard, "redirect status". */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Source: Fetch standard, "request-body-header name", and the length, which goes with the body. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
])

/**
 * Where a reply leads next; undefined where it is to be returned as it is, as one that leads to another origin is.
 *
 * A Location with credentials is an error, as it is for every caller that is no page of the URL's own origin.
 *
 * Source: Fetch standard, "HTTP-redirect fetch".
 *
 * @throws {TypeError} where the redirect is forbidden, has credentials, or leads nowhere
 */
export function redirectOf({ status, headers }: HttpReply, from: URL, mode: string): URL | undefined {
  if (mode === 'manual' || !REDIRECTS.has(status)) return undefined
  if (mode === 'error')
    throw new TypeError(`The function answered ${status}, a redirect, which redirect: 'error' forbids.`)
  const [, location] = headers.find(([name]) => name.toLowerCase() === 'location') ?? []
  if (location === undefined) return undefined
  if (!URL.canParse(location, from.href))
    throw new TypeError(`The function answered ${status}, and its Location is no URL.`)
  const to = new URL(location, from)
  if (to.origin !== from.origin) return undefined
  if (to.username !== '' || to.password !== '')
    throw new TypeError(
      `The function answered ${status}, and its Location has credentials, which fetch does not follow.`,
    )
  return to
}

/**
 * The request that a redirect within its origin asks for.
 *
 * Source: Fetch standard, "HTTP-redirect fetch". A body is in memory, so that a 307 and a 308 repeat a stream's too.
 */
export function redirected(request: HttpRequest, status: number, to: URL): HttpRequest {
  const next = {
    ...request,
    path: to.pathname,
    query: to.search.slice(1),
    id: randomUUID(),
    receivedMs: Date.now(),
  }
  if (!becomesGet(request.method, status)) return next
  const headers = request.headers.filter(([name]) => !ABOUT_THE_BODY.has(name.toLowerCase()))
  return { ...next, method: 'GET', headers, body: undefined }
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return method === 'POST' && (status === 301 || status === 302)
}
