import pRetry from 'p-retry'

/** p-retry as it comes: it knows nothing of a caller who has gone, and goes on for him. */
export const pRetryDefaults = {
  name: 'p-retry',
  stops: false,
  prepare: () => () => (call) => pRetry(() => call.attempt()),
}

/** p-retry with nothing but the caller's signal. */
export const pRetryWithSignal = {
  name: 'p-retry, with a signal',
  prepare: () => () => (call) => pRetry(() => call.attempt(), { signal: call.signal }),
}
