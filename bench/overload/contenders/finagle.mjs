import { perFunction, retryLoop } from './loop.mjs'

const PERCENT = 0.2
const PER_SECOND = 10
const WINDOW_S = 10
const COST = 1 / PERCENT

/**
 * Finagle's budget: a fifth of the requests of the last 10 s, and 10 retries a second on top. Attempts and waits are
 * those of the full jitter beside it, so that the budget is the only difference.
 *
 * Source: Finagle, "Retry Budgets", and its RetryBudget with its leaky bucket.
 */
export const finagle = {
  name: 'Finagle budget',
  prepare:
    ({ clock }) =>
    () => {
      const budgetOf = perFunction(() => leakyBucket(clock))
      return (call) => {
        const budget = budgetOf(call.name)
        budget.deposit()
        return retryLoop(call, { clock, attempts: 3, baseMs: 50, capMs: 20_000, budget })
      }
    },
}

/** One slot for each second of the window; what was put or taken in a slot is forgotten with it. */
function leakyBucket(clock) {
  const slots = new Float64Array(WINDOW_S)
  let second = 0
  const add = (amount) => (slots[turned() % WINDOW_S] += amount)
  const balance = () => {
    turned()
    return PER_SECOND * WINDOW_S * COST + slots.reduce((sum, slot) => sum + slot, 0)
  }
  return {
    deposit: () => add(1),
    succeeded() {},
    failed() {},
    allows() {
      if (balance() < COST) return false
      add(-COST)
      return true
    },
  }

  function turned() {
    const now = Math.floor(clock.now() / 1_000)
    for (; second < now; second++) slots[(second + 1) % WINDOW_S] = 0
    return second
  }
}
