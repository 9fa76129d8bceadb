import { perFunction, retryLoop } from './loop.mjs'

const MAX_TOKENS = 10
const TOKEN_RATIO = 0.1
const RETRY = { attempts: 4, baseMs: 100, capMs: 1_000 }

/**
 * gRPC's retry throttling: each failure takes a token, each success gives a tenth of one, and there are retries while
 * more than half of the tokens are there.
 *
 * Source: gRFC A6, "gRPC Retry Design", with the numbers of its own example.
 */
export const grpc = {
  name: 'gRPC throttling',
  prepare:
    ({ clock }) =>
    () => {
      const budgetOf = perFunction(tokens)
      return (call) => retryLoop(call, { ...RETRY, clock, budget: budgetOf(call.name) })
    },
}

function tokens() {
  let left = MAX_TOKENS
  return {
    succeeded: () => (left = Math.min(MAX_TOKENS, left + TOKEN_RATIO)),
    failed: () => (left = Math.max(0, left - 1)),
    allows: () => left > MAX_TOKENS / 2,
  }
}
