/**
 * The loop that most retries are: waits full jitter over an exponential backoff, within the caller's time. `budget` is
 * told how each attempt went, and is asked before each retry.
 */
export async function retryLoop(call, { clock, attempts, baseMs, capMs, budget }) {
  for (let attempt = 1; ; attempt++) {
    try {
      const value = await call.attempt()
      budget?.succeeded()
      return value
    } catch (error) {
      budget?.failed()
      if (attempt === attempts || budget?.allows() === false) throw error
      const waitMs = clock.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1))
      if (clock.now() + waitMs >= call.deadlineAt) throw error
      await new Promise((resolve) => clock.setTimer(waitMs, resolve))
    }
  }
}

/** One `make()` for each function that a client calls. */
export function perFunction(make) {
  const made = new Map()
  return (name) => {
    if (!made.has(name)) made.set(name, make(name))
    return made.get(name)
  }
}
