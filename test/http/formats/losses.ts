import type { HttpHeaders } from '../../../src/http/index.js'
import type { Rebuilt } from './echo.js'
import { queryOf, type Piece, type Sent } from './requests.js'

/** What a format does not carry, done to a request that has lost nothing yet. */
export type Loss = (rebuilt: Rebuilt, sent: Sent) => Rebuilt

/** The request as it was sent; no format tells an empty body from none. */
export function lossless(sent: Sent): Rebuilt {
  const { method, path, headers, body = new Uint8Array() } = sent
  return { method, path: path.sent, query: queryOf(sent), headers, body }
}

export const namesInLowerCase: Loss = (rebuilt) => ({
  ...rebuilt,
  headers: rebuilt.headers.map(([name, value]) => [name.toLowerCase(), value]),
})

const OWN_SPELLING = [
  'Host',
  'User-Agent',
  'X-Amzn-Trace-Id',
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
]

export const namesInOneSpelling: Loss = (rebuilt) => {
  const spellings = [...OWN_SPELLING, ...rebuilt.headers.map(([name]) => name)]
  const spelled = (name: string): string =>
    spellings.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name
  return { ...rebuilt, headers: rebuilt.headers.map(([name, value]) => [spelled(name), value]) }
}

export const lastHeaderWins: Loss = (rebuilt) => ({ ...rebuilt, headers: [...new Map(rebuilt.headers)] })

export const headersJoinedByComma: Loss = (rebuilt) => ({
  ...rebuilt,
  headers: joined(rebuilt.headers, (name) => name !== 'cookie', ','),
})

export const cookiesInOneHeader: Loss = (rebuilt) => ({
  ...rebuilt,
  headers: joined(rebuilt.headers, (name) => name === 'cookie', '; '),
})

export const withoutContentLength: Loss = (rebuilt) => ({
  ...rebuilt,
  headers: rebuilt.headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
})

export const pathDecoded: Loss = (rebuilt, { path }) => ({ ...rebuilt, path: path.meant })

/** Parameters are pairs: neither a missing equals sign nor an empty parameter is seen. */
export const queryAsPairs: Loss = (rebuilt, sent) => ({
  ...rebuilt,
  query: spelled(sent, (piece) => piece?.sent ?? ''),
})

/** What was sent decoded comes back encoded in one way only. */
export const queryDecoded: Loss = (rebuilt, sent) => ({
  ...rebuilt,
  query: spelled(sent, (piece) => encodeURIComponent(piece?.meant ?? '')),
})

/** Done to what `queryAsPairs` leaves. */
export const lastParameterWins: Loss = (rebuilt) => ({
  ...rebuilt,
  query: [...new Map(pairsOf(rebuilt.query))].map((pair) => pair.join('=')).join('&'),
})

/** Maps have their names in an order of their own; the values of each name keep theirs. */
export function inAnyOrder(rebuilt: Rebuilt, { query }: { readonly query: boolean }): Rebuilt {
  const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number =>
    a < b ? -1 : a > b ? 1 : 0
  const parameters = pairsOf(rebuilt.query)
    .toSorted(byName)
    .map((pair) => pair.join('='))
  return {
    ...rebuilt,
    headers: rebuilt.headers.toSorted(byName),
    query: query ? parameters.join('&') : rebuilt.query,
    body: Uint8Array.from(rebuilt.body),
  }
}

function spelled({ parameters }: Sent, part: (piece: Piece | undefined) => string): string {
  return parameters.map(({ name, value }) => `${part(name)}=${part(value)}`).join('&')
}

function pairsOf(query: string): HttpHeaders {
  const parameters = query === '' ? [] : query.split('&')
  return parameters.map((parameter) => {
    const [name = '', value = ''] = parameter.split('=')
    return [name, value]
  })
}

function joined(headers: HttpHeaders, which: (name: string) => boolean, separator: string): HttpHeaders {
  const values = new Map<string, string[]>()
  for (const [name, value] of headers) values.set(name, [...(values.get(name) ?? []), value])
  return [...values].flatMap(([name, list]): HttpHeaders => {
    return which(name) ? [[name, list.join(separator)]] : list.map((value) => [name, value])
  })
}
