// Your handlers on this machine, over real sockets, with what goes wrong in AWS on order.
// #region local
import { createInvoker } from 'resilient-lambda'
import { startLocalLambda } from 'resilient-lambda/testing'
import { handler as charge } from './handlers/charge.js'

const local = await startLocalLambda({
  functions: {
    charge, // in this process
    quote: { module: new URL('./handlers/quote.js', import.meta.url), timeout: '1s' }, // in a worker that can be killed
  },
})
local.faults('charge').next({ type: 'cutReply' }, { type: 'throttle', retryAfter: '200ms' })

const lambda = createInvoker(local.clientSettings)
const { ok, meta } = await lambda('charge').idempotent().safeInvoke({ order: 'A-17', cents: 1999 })

console.log((await lambda('quote').safeInvoke({ sku: 'A1' })).ok)
console.log(ok, meta.attempts.length, 'attempts', local.executionsOf('charge').length, 'executions')
await local.stop() // or `await using local`, where your compiler knows it
// #endregion local
lambda.destroy()
