// A Lambda function that calls others: what it learnt about them outlives its environment.
import { createInvoker } from 'resilient-lambda'
import type { Invoker, LambdaContext } from 'resilient-lambda'

const kept = new Map<string, string>()

/** Stands for DynamoDB, Redis or whatever else outlives an environment. */
const store = {
  get: async (key: string) => kept.get(key) ?? 'null',
  set: async (key: string, value: string) => void kept.set(key, value),
}

const functions = { quote: { retry: false, circuitBreaker: { consecutiveFailures: 3 } } } as const

// #region state
// At a cold start, once:
async function start(): Promise<Invoker> {
  const lambda = createInvoker({ functions })
  const { restored, ignored } = lambda.restoreState(JSON.parse(await store.get('learnt')))
  console.log(`restored: ${ignored ?? restored}`)
  return lambda
}

// At each invocation; there is something new to learn where a call failed:
async function answer(lambda: Invoker, event: { sku: string }, context: LambdaContext) {
  const quote = await lambda('quote').safeInvoke(event, { deadline: context })
  if (quote.ok) return quote.value
  await store.set('learnt', JSON.stringify(lambda.exportState()))
  return { unavailable: quote.error.code }
}
// #endregion state

// What Lambda does: an environment, three invocations, and another environment.
const context: LambdaContext = { getRemainingTimeInMillis: () => 3_000 }
const first = await start()
for (let call = 1; call <= 3; call++) console.log(await answer(first, { sku: 'A1' }, context))
first.destroy()
const second = await start()
console.log('elsewhere:', await answer(second, { sku: 'A1' }, context))
second.destroy()
