// A health endpoint that shows which functions are failing, before anybody calls them.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInvoker } from 'resilient-lambda'

// #region health
const lambda = createInvoker({
  functions: { stock: { circuitBreaker: { consecutiveFailures: 3, openFor: '10s' } } },
})

// Always 200: a restart of this service would not mend the function that it calls.
const server = createServer((_, response) => {
  const circuits = lambda.circuits()
  const status = circuits.every(({ state }) => state === 'closed') ? 'ok' : 'degraded'
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ status, circuits }))
})
// #endregion health
server.listen(0, '127.0.0.1')
await once(server, 'listening')

for (let call = 1; call <= 4; call++) {
  const result = await lambda('stock').safeInvoke({ sku: 'A1' })
  if (!result.ok) console.log(`call ${call}: ${result.error.code}`)
}

const { port } = server.address() as AddressInfo
const response = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } })
console.log(response.status, await response.json())
server.close()
