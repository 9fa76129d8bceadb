// As many attempts in flight as a function has room for: nobody tells how many, its throttles do.
import { createInvoker, type CallEvent } from 'resilient-lambda'

function log(event: CallEvent): void {
  if (event.type === 'adaptive.limit' && event.why === 'throttled')
    console.log(`${event.target}: from ${event.from} to ${event.to}, ${event.why}`)
}

const quantities = Array.from({ length: 30 }, (_, number) => number + 1)

// #region adaptive
const lambda = createInvoker({
  functions: { quote: { adaptive: true, deadline: '10s' } },
  observers: [log],
})

const quotes = await Promise.all(
  quantities.map((quantity) => lambda('quote').invoke({ sku: 'A1', quantity })),
)

const limit = lambda.limits().find(({ target }) => target === 'quote') // { limit: 18, inFlight: 0, queued: 0, … }
// #endregion adaptive

console.log(`${quotes.length} answered; ${limit?.throttles} throttles; ${limit?.inFlight} in flight`)
