// Another target for when the first cannot help now: a qualifier, a region, another function, or a chain of its own.
import { lambda } from 'resilient-lambda'
import type { handler } from './handlers/quote.js'

// #region failover
const quote = lambda<typeof handler>('quote').failover(['quote-standby'])

const { meta } = await quote.safeInvoke({ sku: 'A1' })
const last = meta.attempts.at(-1)
// #endregion failover
console.log(`after ${meta.attempts.length} attempts answered by ${last?.target}`)

// #region targets
const everywhere = lambda<typeof handler>('quote:live').failover([
  ':previous', // another alias or version
  { region: 'eu-central-1' }, // the same function in another region
  'quote-standby', // another function
  lambda<typeof handler>('quote-archive').retry(false), // another function, with a plan of its own
])
// #endregion targets
console.log(everywhere.explain())

// #region within
const prompt = lambda<typeof handler>('quote')
  .idempotent()
  .deadline('5s')
  .failover(['quote-standby'], { within: '1s' })

const { total } = await prompt.invoke({ sku: 'A1' })
// #endregion within
console.log('in time:', total)
