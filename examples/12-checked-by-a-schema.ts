// Payload and reply checked by a schema: what goes over the wire is not checked by any compiler.
// #region schema
import { isInvokeError, lambda } from 'resilient-lambda'
import { z } from 'zod'

const Item = z.object({ sku: z.string().min(2), quantity: z.int().positive().default(1) })
const Quote = z.object({ sku: z.string(), total: z.number(), validUntil: z.coerce.date() })

const quote = lambda('quote').input(Item).output(Quote)

const { total, validUntil } = await quote.invoke({ sku: 'A1', quantity: 2 })
// #endregion schema
console.log(total, validUntil instanceof Date)

try {
  await quote.invoke({ sku: 'A' })
} catch (error) {
  if (!isInvokeError(error)) throw error
  console.log(error.code, error.issues)
}
