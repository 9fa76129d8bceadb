// A second attempt when the first is slow: the first good answer wins, and the other attempt is let go.
import { createInvoker } from 'resilient-lambda'
import type { handler } from './handlers/quote.js'

const lambda = createInvoker({
  observers: [(event) => event.type.startsWith('hedge.') && console.log(event.type)],
})

// #region hedge
const quote = lambda<typeof handler>('quote').idempotent().hedge() // after its own p95, for at most 5 % more attempts
const rarely = quote.hedge({ after: 'p99', maxExtra: 0.01 })
const fixed = quote.hedge({ after: '80ms' })
// #endregion hedge
console.log(rarely.explain())

// #region told
const { ok, meta } = await fixed.safeInvoke({ sku: 'A1' })
for (const { number, hedge = false, code = 'answered', ran } of meta.attempts) {
  console.log(`${number}. ${hedge ? 'hedge' : 'first'}: ${code}, ran: ${ran}`)
}
// #endregion told
console.log(`answered: ${ok}`)
