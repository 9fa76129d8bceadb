/** One attempt, and that is it. */
export const noRetry = {
  name: 'no retry',
  prepare: () => () => (call) => call.attempt(),
}
