// What failed for good is kept: its payload and its story go to a function, a queue, or a sink of your own.
import { lambda } from 'resilient-lambda'
import { lambdaDeadLetter, sqsDeadLetter } from 'resilient-lambda/dead-letter'
import type { handler } from './handlers/charge.js'

const charge = lambda<typeof handler>('charge')

// #region function
const kept = charge.deadLetter(lambdaDeadLetter({ function: 'failed-calls' }))

const result = await kept.safeInvoke({ order: 'A-17', cents: 1999 })
if (!result.ok) console.log(result.error.code, 'dead letter', result.error.deadLetter)
// #endregion function

// #region queue
const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/failed-calls'
const queued = charge.deadLetter(sqsDeadLetter({ queueUrl }), { limit: '2s' })
// #endregion queue
console.log(queued.explain().split('\n')[1])

// #region own
const noted = charge.deadLetter(
  async ({ target, payload, error, mayHaveRun }) => {
    console.log(`${target}: order ${payload.order} failed with ${error.code}, may have run: ${mayHaveRun}`)
  },
  { kinds: ['throttle', 'transient'] },
)
// #endregion own
await noted.safeInvoke({ order: 'B-42', cents: 500 })
