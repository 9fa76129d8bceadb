import type { Clock } from './clock.js'
import { failed, type Outcome } from './outcome.js'
import type { Scope } from './scope.js'

/** Waits `ms`; resolves false, at once, when the scope is cancelled before. */
export function sleep(clock: Clock, scope: Scope, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (scope.cancelled) return resolve(false)
    const timer = clock.setTimer(ms, function wake() {
      forget()
      resolve(true)
    })
    const forget = scope.onCancel(function cancelled() {
      timer.cancel()
      resolve(false)
    })
  })
}

/**
 * The outcome of `run`, or the scope's failure as soon as it is cancelled, whichever comes first.
 *
 * Whatever ignores its signal (a credential provider, a body that stops coming) is let go; what it says later is
 * not heard.
 */
export function within(scope: Scope, run: () => Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    if (scope.cancelled) return resolve(failed(scope.cancelled))
    const forget = scope.onCancel((why) => resolve(failed(why)))
    run().then(
      (outcome) => {
        forget()
        resolve(outcome)
      },
      (error: unknown) => {
        forget()
        reject(error)
      },
    )
  })
}
