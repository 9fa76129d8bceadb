// The types of a call, from the code of the function that is called; nothing is generated.
// #region typed
import { lambda } from 'resilient-lambda'
import type { handler } from './handlers/quote.js'

const quote = await lambda<typeof handler>('quote').invoke({ sku: 'A1', quantity: 3 })

const total: number = quote.total
const validUntil: string = quote.validUntil // the handler returns a Date, and JSON has none
// #endregion typed
console.log(`${quote.sku}: ${total.toFixed(2)}, until ${new Date(validUntil).getUTCFullYear()}`)
