import { retryLoop } from './loop.mjs'

/** Three attempts with full jitter and no budget: what most people write by hand. */
export const fullJitter = {
  name: 'full jitter, 3 attempts',
  prepare:
    ({ clock }) =>
    () =>
    (call) =>
      retryLoop(call, { clock, attempts: 3, baseMs: 50, capMs: 20_000 }),
}
