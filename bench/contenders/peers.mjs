import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'

/** cockatiel's four, wrapped as its readme shows it. */
export function cockatielAround(run, places = 256) {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    bulkhead(places, places),
    timeout(60_000, TimeoutStrategy.Aggressive),
  )
  return (argument, signal) => policy.execute((context) => run(argument, context.signal), signal)
}

/** opossum as it comes. */
export function opossumAround(run) {
  const breaker = new CircuitBreaker(run)
  return (argument) => breaker.fire(argument)
}

/** p-retry around opossum, which is given nothing but the number of retries and the caller's signal. */
export function pRetryAndOpossumAround(run) {
  const fire = opossumAround(run)
  return (argument, signal) => pRetry(() => fire(argument), signal ? { retries: 3, signal } : { retries: 3 })
}
