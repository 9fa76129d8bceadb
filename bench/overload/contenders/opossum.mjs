import CircuitBreaker from 'opossum'
import pRetry from 'p-retry'
import { perFunction } from './loop.mjs'

/** opossum as it comes, with p-retry around it. */
export const opossum = {
  name: 'p-retry and opossum',
  stops: false,
  prepare: () => () => {
    const breakerOf = perFunction(() => new CircuitBreaker((call) => call.attempt()))
    return (call) => pRetry(() => breakerOf(call.name).fire(call))
  },
}
