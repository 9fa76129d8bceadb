import { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, wrap } from 'cockatiel'
import { perFunction } from './loop.mjs'

/** cockatiel's retry and circuit breaker, wrapped as its readme shows it. */
export const cockatiel = {
  name: 'cockatiel',
  prepare: () => () => {
    const policyOf = perFunction(() =>
      wrap(
        retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
        circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
      ),
    )
    return (call) => policyOf(call.name).execute(() => call.attempt(), call.signal)
  },
}
