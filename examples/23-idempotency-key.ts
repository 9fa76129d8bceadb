// A key lets the function know a repeat of a call, so that what may have run can be tried again.
import { randomUUID } from 'node:crypto'
import { createInvoker } from 'resilient-lambda'
import type { handler } from './handlers/payment.js'

const lambda = createInvoker({ defaults: { retry: { baseDelay: '20ms' } } })

// #region context
const pay = lambda<typeof handler>('payment').idempotencyKey(({ order }) => `payment-${order}`, {
  as: 'clientContext', // the function reads it with idempotencyKeyOf(context)
})

const receipt = await pay.safeInvoke({ order: 'A-17', cents: 1999 })
// #endregion context
if (receipt.ok) console.log(`${receipt.value}, after ${receipt.meta.attempts.length} attempts`)

// #region durable
const ship = lambda('shipment:live').idempotencyKey('A-17', { as: 'durableExecutionName' })

const { ok, meta } = await ship.safeInvoke({ order: 'A-17' })
// #endregion durable
console.log(
  `${ok ? 'shipped' : 'not shipped'}, after ${meta.attempts.length} attempts: ${meta.durableExecutionArn}`,
)

// #region payload
const refund = lambda('refund').idempotencyKey(() => randomUUID(), { as: { payload: 'meta.key' } })
// #endregion payload
console.log(refund.explain())
