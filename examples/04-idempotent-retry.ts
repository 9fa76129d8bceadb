// What may have run is repeated only where that does no harm, and only you can know where.
import { createInvoker } from 'resilient-lambda'
import type { handler } from './handlers/charge.js'

const lambda = createInvoker()

// #region ordinary
const charge = lambda<typeof handler>('charge')

const first = await charge.safeInvoke({ order: 'A-17', cents: 1999 })
if (!first.ok) console.log(`${first.error.code}, may have run: ${first.error.mayHaveRun}`)
// #endregion ordinary

// #region idempotent
const again = charge.idempotent().retry({ attempts: 4, baseDelay: '20ms' }).timeout('2s')

const { ok, meta } = await again.safeInvoke({ order: 'B-42', cents: 500 })
// #endregion idempotent
console.log(`answered: ${ok}, after ${meta.attempts.length} attempts`)
for (const { number, code = 'answered', ran, decision } of meta.attempts) {
  console.log(`  ${number}. ${code}, ran: ${ran}${decision ? `; ${decision.why}` : ''}`)
}
