// The same policies around any async function.
// #region protect
import { circuitBreaker, deadline, protect, retry } from 'resilient-lambda/policies'

let requests = 0

async function fetchRate(currency: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  if (++requests < 3) throw new Error('the exchange does not answer')
  return currency === 'EUR' ? 1.08 : 1
}

const rate = protect(
  ({ input, signal }: { input: string; signal: AbortSignal }) => fetchRate(input, signal),
  {
    name: 'rates',
    policies: [deadline('2s'), retry({ attempts: 4, baseDelay: '10ms' }), circuitBreaker()],
    idempotent: true,
  },
)

const euro = await rate('EUR')
// #endregion protect
console.log(`one euro is ${euro}, after ${requests} requests`)
