// Everything that happens in a call is an event; whoever listens cannot break it.
import { createInvoker } from 'resilient-lambda'
import type { CallEvent } from 'resilient-lambda'

// #region observer
function log(event: CallEvent): void {
  switch (event.type) {
    case 'retry.scheduled':
      return console.log(`${event.target}: ${event.failure.code}, again in ${Math.round(event.waitMs)} ms`)
    case 'retry.refused':
      return console.log(`${event.target}: ${event.failure.code}, not again: ${event.why}`)
    case 'breaker.state':
      return console.log(`${event.target}: circuit ${event.state}, ${event.why}`)
    case 'call.ended':
      return console.log(
        `${event.target}: ${event.ok ? 'answered' : 'failed'}, ${event.attempts.length} attempts`,
      )
  }
}

const lambda = createInvoker({ observers: [log] })
// #endregion observer

await lambda('quote').safeInvoke({ sku: 'A1' })
await lambda('quote').safeInvoke({ sku: 'Z9' })
