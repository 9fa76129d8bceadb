export function waits(event, context, callback) {
  const state = { steps: 1 }
  setImmediate(() => setImmediate(() => (state.steps += 1)))
  callback(null, state)
}

export function hurries(event, context, callback) {
  context.callbackWaitsForEmptyEventLoop = false
  const state = { steps: 1 }
  setImmediate(() => setImmediate(() => (state.steps += 1)))
  callback(null, state)
}

export function forgets(event, context, callback) {
  return callback === undefined ? 'never' : undefined
}

export async function neverSettles() {
  await new Promise(() => {})
}
