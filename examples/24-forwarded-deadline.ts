// A function that knows how long its caller waits stops in time, instead of working for nobody.
import { createInvoker } from 'resilient-lambda'
import type { handler } from './handlers/report.js'

const lambda = createInvoker()

// #region forward
const report = lambda<typeof handler>('report').deadline('1s').forward()

const result = await report.safeInvoke({ pages: 10_000 })
// #endregion forward
if (result.ok) {
  const { complete, attempt } = result.value
  console.log(`complete: ${complete}, on attempt ${attempt}, and answered: ${result.ok}`)
}
