// A client that is set up already (a proxy, assumed roles, tracing) is used as it is, and stays as it is.
// #region client
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker } from 'resilient-lambda'

const client = new LambdaClient({ maxAttempts: 5 })
const lambda = createInvoker({ client })

const safely = await lambda('charge').safeInvoke({ order: 'A-17', cents: 1999 }) // never repeated on the quiet
const bare = await client.send(
  new InvokeCommand({ FunctionName: 'charge', Payload: '{"order":"B-42","cents":500}' }),
)
// #endregion client
if (!safely.ok)
  console.log(`through the invoker: ${safely.error.code} after ${safely.meta.attempts.length} attempt`)
console.log(`the client alone: answered after ${bare.$metadata.attempts} attempts`)
