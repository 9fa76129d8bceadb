import { createInvoker, InvalidSettingError } from 'resilient-lambda'

/** What a function takes at once as it comes. */
const BULKHEAD = 100

/** Bulkheads as they come, or as wide as the calls in flight where that is more. */
export function bulkheadsFor(inFlight) {
  if (inFlight <= BULKHEAD) return {}
  const bulkhead = { concurrency: inFlight }
  return { bulkhead, defaults: { bulkhead } }
}

/** An invoker with the lean transport; undefined where this build does not know it. */
export function leanInvoker(options) {
  try {
    return createInvoker({ ...options, transport: 'lean' })
  } catch (error) {
    if (error instanceof InvalidSettingError && error.path === 'options.transport') return undefined
    throw error
  }
}
