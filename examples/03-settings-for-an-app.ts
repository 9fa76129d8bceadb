// One invoker for an app: its functions by name, with their types, and their settings from a JSON file.
// #region settings
import { readFile } from 'node:fs/promises'
import { createInvoker } from 'resilient-lambda'
import type { handler as charge } from './handlers/charge.js'
import type { handler as quote } from './handlers/quote.js'

const settings = JSON.parse(await readFile('config/lambda.json', 'utf8'))

export const lambda = createInvoker<{ quote: typeof quote; charge: typeof charge }>(settings)

const { total } = await lambda('quote').invoke({ sku: 'B2' })
const receipt = await lambda('charge').invoke({ order: 'A-17', cents: total * 100 })
// #endregion settings
console.log('receipt:', receipt)
console.log(lambda('quote').explain())

// #region mistake
try {
  createInvoker({ functions: { quote: { retry: { attempts: 'five' } } } } as never)
} catch (error) {
  console.log(String(error))
}
// #endregion mistake
