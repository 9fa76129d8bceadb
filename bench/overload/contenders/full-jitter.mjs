const ATTEMPTS = 3
const BASE_MS = 50
const CAP_MS = 20_000

/** Three attempts with full jitter and no budget: what most people write by hand. */
export const fullJitter = {
  name: 'full jitter, 3 attempts',
  prepare: ({ clock }) => () =>
    async function call(call) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await call.attempt()
        } catch (error) {
          const waitMs = clock.random() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1))
          if (attempt === ATTEMPTS || clock.now() + waitMs >= call.deadlineAt) throw error
          await new Promise((resolve) => clock.setTimer(waitMs, resolve))
        }
      }
    },
}
