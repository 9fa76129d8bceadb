import { retryPolicy } from '../../src/policies/retry.js'
import type { RetryBudget } from '../../src/core/cells/retry-budget.js'
import { RETRY_DEFAULTS, type RetrySettings } from '../../src/policies/retry-settings.js'
import { fails, type Bench } from './harness.js'

/** Waits of 100, 200, 400 … ms, without chance. */
const settings: RetrySettings = Object.freeze<RetrySettings>({
  ...RETRY_DEFAULTS,
  backoff: 'exponential',
  baseDelayMs: 100,
  throttle: { ...RETRY_DEFAULTS.throttle, backoff: 'exponential' },
  budget: false,
})
export const policyWith = (change: Partial<RetrySettings> = {}): ReturnType<typeof retryPolicy> =>
  retryPolicy({ ...settings, ...change })

/** What is left in each budget. */
export function tokensIn({ cells }: Bench): number[] {
  return Array.from(cells.entries<RetryBudget>('budget'), ([, { tokens }]) => tokens)
}

export const refused = fails('ConnectionRefused')
export const reset = fails('ConnectionReset')
export const throttled = fails('TooManyRequestsException')
export const circuitOpen = fails('CircuitOpen', { retryAfterMs: 700 }, 'the circuit is open')
