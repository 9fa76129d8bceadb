// Every failure says what kind it is and whether the function may have run: that is enough to answer with.
import { createInvoker, isInvokeError } from 'resilient-lambda'
import type { handler } from './handlers/quote.js'

const lambda = createInvoker({ defaults: { deadline: '2s' } })

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly retryAfterSeconds?: number
}

// #region handling
async function answer(name: string, sku: string): Promise<Answer> {
  try {
    return { status: 200, body: await lambda<typeof handler>(name).invoke({ sku }) }
  } catch (error) {
    if (!isInvokeError(error)) throw error
    switch (error.kind) {
      case 'throttle':
        return { status: 429, retryAfterSeconds: Math.ceil((error.retryAfterMs ?? 1_000) / 1_000) }
      case 'function':
        return { status: 422, body: `${error.remote.errorType}: ${error.remote.errorMessage}` }
      case 'request':
      case 'permission':
      case 'config':
        console.log(error.message) // somebody has to mend something
        return { status: 500 }
      default:
        return { status: error.mayHaveRun ? 502 : 503 }
    }
  }
}
// #endregion handling

console.log(await answer('quote', 'A1')) // throttled, and asked to come back in 30 s
console.log(await answer('quote', 'Z9')) // the function throws
console.log(await answer('quote', 'A1')) // the connection is cut
console.log(await answer('quoet', 'A1')) // there is no such function
