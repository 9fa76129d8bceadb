// An answer for when there is none: a value, a function of the error, or another function.
import { lambda } from 'resilient-lambda'
import type { handler } from './handlers/quote.js'

// #region value
const quote = lambda<typeof handler>('quote')

const quoteOrNull = quote.deadline('1s').fallback(null)
const nothing = await quoteOrNull.invoke({ sku: 'A1' }) // Quote | null
// #endregion value
console.log('a value:', nothing)

// #region function
const lastKnown = new Map([['A1', 12]])

const roughly = quote.fallback(({ error }) => ({ total: lastKnown.get('A1') ?? 0, because: error.kind }))
const rough = await roughly.invoke({ sku: 'A1' })
// #endregion function
console.log('a function of the error:', rough)

// #region another
const either = quote.fallback(lambda<typeof handler>('quote-standby'), {
  limit: '2s',
  kinds: ['throttle', 'transient'],
})
const { total } = await either.invoke({ sku: 'A1' })
// #endregion another
console.log('another function:', total)
