import type { FunctionConfig } from 'resilient-lambda/testing'
import type { handler as charge } from './handlers/charge.js'
import type { handler as quote } from './handlers/quote.js'
import type { handler as recommend } from './handlers/recommend.js'
import type { handler as report } from './handlers/report.js'
import type { handler as resize } from './handlers/resize.js'
import type { handler as stock } from './handlers/stock.js'

/** The functions of the demo by name, with their types from their own code. */
export interface Shop {
  readonly quote: typeof quote
  readonly search: typeof quote
  readonly charge: typeof charge
  readonly resize: typeof resize
  readonly report: typeof report
  readonly recommend: typeof recommend
  readonly stock: typeof stock
}

function module(name: string): URL {
  return new URL(`handlers/${name}.js`, import.meta.url)
}

/** What the local Lambda runs: each environment a worker thread that loads the module. */
export const FUNCTIONS: Readonly<Record<keyof Shop, FunctionConfig>> = {
  quote: { module: module('quote'), coldStart: '250ms' },
  search: { module: module('quote') },
  charge: { module: module('charge') },
  resize: { module: module('resize') },
  report: { module: module('report'), timeout: '1s' },
  recommend: {
    module: module('recommend'),
    versions: { 1: { module: module('recommend') }, 2: { module: module('recommend'), export: 'handelr' } },
    aliases: { live: '1', next: '2' },
  },
  stock: { module: module('stock') },
}
