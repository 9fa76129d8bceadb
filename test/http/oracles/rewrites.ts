import { requestWith } from '../support.js'
import type { Seen } from './apps/answers.js'
import type { Exchange } from './exchange.js'

/** What comes through Lambda, made of what comes over HTTP. */
export type Rewrite = (exchange: Exchange) => Exchange

export function sees(part: Partial<Seen>): Rewrite {
  return seesBy(() => part)
}

export function seesHeader(name: string, value: string | undefined): Rewrite {
  return seesBy(({ headers }) => ({ headers: withEntry(headers, name, value) }))
}

export function seesBy(part: (seen: Seen) => Partial<Seen>): Rewrite {
  return (exchange) =>
    exchange.seen ? { ...exchange, seen: { ...exchange.seen, ...part(exchange.seen) } } : exchange
}

/** The client gets other values of a header, or none. */
export function getsHeader(name: string, ...values: readonly string[]): Rewrite {
  return (exchange) => ({
    ...exchange,
    headers: withEntry(exchange.headers, name, values.length > 0 ? values : undefined),
  })
}

/** The client gets another answer altogether, which has no headers. */
export function gets(status: number, body = ''): Rewrite {
  return () => ({ status, headers: { 'content-length': [String(body.length)] }, body })
}

/** The answer's body was taken for UTF-8, and what is none was replaced. */
export const getsBodyAsUtf8: Rewrite = (exchange) => {
  const body = Buffer.from(Buffer.from(exchange.body, 'latin1').toString())
  return getsHeader('content-length', String(body.byteLength))({ ...exchange, body: body.toString('latin1') })
}

export const seesRequestId: Rewrite = seesHeader('x-request-id', requestWith().id)

/** Where a request without a body has none. */
export const seesContentLengthZero: Rewrite = seesBy(({ headers }) => ({
  headers: { 'content-length': '0', ...headers },
}))

/** As the URL standard says: dots are resolved, and what a URL must not have in the clear is encoded. */
export const seesTargetOfUrl: Rewrite = seesBy(({ path, query }) => {
  const { pathname, search } = new URL(`https://api.example.com${path}?${query}`)
  return { path: pathname, query: search.slice(1) }
})

/** As the former `url.format()` of Node has it: all but ? and # stays in a path as it is. */
export const seesPathOfUrlFormat: Rewrite = seesBy(({ path }) => ({
  path: path.replace(/[?#]/g, encodeURIComponent),
}))

function withEntry<T>(
  entries: Readonly<Record<string, T>>,
  name: string,
  value: T | undefined,
): Record<string, T> {
  const others = Object.entries(entries).filter(([key]) => key !== name)
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]])
}
