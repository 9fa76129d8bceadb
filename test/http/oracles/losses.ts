import { isDeepStrictEqual } from 'node:util'
import type { Exchange } from './exchange.js'
import type { FormatName } from './formats.js'
import type { Rewrite } from './rewrites.js'
import type { RequestName } from './table/table.js'

/** What is lost or changed on the way through Lambda. */
export interface Loss {
  readonly formats: readonly FormatName[]
  /** In one sentence. */
  readonly loses: string
  /** For each request that it shows in; or one for all, which changes those that have something to lose. */
  readonly instead: Rewrite | Readonly<Partial<Record<RequestName, Rewrite>>>
}

/** What a request over HTTP is to be like through Lambda. */
export interface Expectation {
  readonly expected: Exchange
  /** The losses that change it. */
  readonly shown: readonly Loss[]
}

export function expectationOf(
  losses: readonly Loss[],
  format: FormatName,
  request: RequestName,
  overHttp: Exchange,
): Expectation {
  const shown: Loss[] = []
  let expected = overHttp
  for (const loss of losses.filter(({ formats }) => formats.includes(format))) {
    const rewrite = typeof loss.instead === 'function' ? loss.instead : loss.instead[request]
    const rewritten = rewrite?.(expected) ?? expected
    if (!isDeepStrictEqual(rewritten, expected)) shown.push(loss)
    expected = rewritten
  }
  return { expected, shown }
}
