// Each policy with the settings that people change most. A chain is a value: keep it, and call it as often as you like.
import { lambda } from 'resilient-lambda'
import type { Policy } from 'resilient-lambda/policies'

// #region deadline
const prompt = lambda('quote').deadline('2s')

await prompt.invoke({ sku: 'A1' })
await prompt.invoke({ sku: 'A1' }, { deadline: '500ms' }) // for this call only
// #endregion deadline

// #region bulkhead
const narrow = lambda('quote').bulkhead({ concurrency: 20, queue: 50, maxWait: '1s' })
// #endregion bulkhead
await narrow.invoke({ sku: 'A1' })

// #region retry
const patient = lambda('quote')
  .idempotent()
  .retry({
    attempts: 5,
    backoff: 'decorrelated',
    baseDelay: '100ms',
    throttle: { maxDelay: '5s' },
    functionErrors: ['TemporarilyUnavailable'],
    retryIf: ({ failure }) => (failure.message.includes('maintenance') ? false : undefined),
    budget: 0.2,
  })
// #endregion retry
await patient.invoke({ sku: 'A1' })

// #region breaker
const guarded = lambda('quote').circuitBreaker({
  failureRate: 0.3,
  minimumCalls: 50,
  openFor: '2s',
  slowCalls: { duration: '1s', rate: 0.8 },
})

guarded.circuit?.open() // refuse every call, for a planned outage
guarded.circuit?.close()
// #endregion breaker
await guarded.invoke({ sku: 'A1' })

// #region timeout
const impatient = lambda('quote').idempotent().timeout('600ms').deadline('2s')
// #endregion timeout
await impatient.invoke({ sku: 'A1' })

// #region use
const logged: Policy = (next) =>
  async function logAttempts(call, context) {
    const outcome = await next(call, context)
    console.log(`${call.subject.name}: ${outcome.ok ? 'answered' : outcome.failure.code}`)
    return outcome
  }

await lambda('quote').use(logged, { after: 'retry' }).invoke({ sku: 'A1' })
// #endregion use

// #region targets
lambda('quote:live') // an alias or a version
lambda('arn:aws:lambda:eu-west-1:123456789012:function:quote') // its own region, its own client
lambda('quote').qualifier('7').tenant('acme')
// #endregion targets

// #region logs
const { meta } = await lambda('quote')
  .logs()
  .clientContext({ custom: { order: 'A-17' } })
  .safeInvoke({ sku: 'A1' })
console.log(meta.requestId, meta.executedVersion, meta.durationMs, meta.queuedMs, meta.logTail)
// #endregion logs
