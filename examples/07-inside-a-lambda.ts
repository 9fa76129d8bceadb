// A Lambda function that calls another one: it must have answered before its own time is over.
// #region inside
import { lambda } from 'resilient-lambda'
import type { LambdaContext } from 'resilient-lambda'
import type { handler as quoteHandler } from './handlers/quote.js'

const quote = lambda<typeof quoteHandler>('quote')

export async function handler(event: { sku: string }, context: LambdaContext) {
  const result = await quote.safeInvoke(event, { deadline: context })
  return result.ok
    ? { statusCode: 200, body: JSON.stringify(result.value) }
    : { statusCode: 503, body: result.error.code }
}
// #endregion inside

// What Lambda does, once with time and once with next to none: 500 ms of it are kept to answer in.
const context = (remainingMs: number): LambdaContext => ({ getRemainingTimeInMillis: () => remainingMs })
console.log('3 s left:', (await handler({ sku: 'A1' }, context(3_000))).statusCode)
console.log('0.6 s left:', await handler({ sku: 'A1' }, context(600)))
