// When nobody waits for the answer any more, nothing is sent again.
import { isInvokeError, lambda } from 'resilient-lambda'

// #region signal
const leaving = new AbortController() // in a server: aborted when the request's connection closes

const quote = lambda('quote').invoke({ sku: 'A1' }, { signal: leaving.signal })
// #endregion signal

setTimeout(() => leaving.abort(), 50)
try {
  await quote
} catch (error) {
  if (!isInvokeError(error)) throw error
  console.log(`${error.code} after ${error.attempts.length} attempt; may have run: ${error.mayHaveRun}`)
}
