import { createHook } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'

const WARM_UP = 300

/**
 * Promises made per call.
 *
 * While hooks are on, V8 also makes a promise for each `await`, and for each promise that an async function returns;
 * those are left out: all promises have no parent, or come from a `then` that somebody called.
 */
export async function promisesPerCall(call, calls = 100) {
  await repeat(call, WARM_UP)
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 3
  let made = 0
  const stop = promiseHooks.createHook({
    init(_promise, parent) {
      if (parent === undefined || isMadeByThen(new Error().stack)) made += 1
    },
  })
  try {
    await repeat(call, calls)
  } finally {
    stop()
    Error.stackTraceLimit = stackTraceLimit
  }
  return Math.round((made * 10) / calls) / 10
}

/** `Error`, our hook, the built-in, and whoever called it. */
function isMadeByThen(stack = '') {
  const [, , builtIn = '', caller] = stack.split('\n')
  return caller !== undefined && builtIn.includes('at Promise.')
}

/** Timers set per call, whoever sets them. */
export async function timersPerCall(call, calls = 100) {
  await repeat(call, WARM_UP)
  let set = 0
  const hook = createHook({ init: (_id, type) => void (set += type === 'Timeout' ? 1 : 0) }).enable()
  try {
    await repeat(call, calls)
  } finally {
    hook.disable()
  }
  return set / calls
}

/** A clock that counts its timers. */
export function countingClock(clock) {
  const counting = { ...clock, timers: 0 }
  counting.setTimer = (...args) => {
    counting.timers += 1
    return clock.setTimer(...args)
  }
  return counting
}

/** Bytes allocated per call; needs `--expose-gc`, and a young generation that takes all calls without a collection. */
export async function bytesPerCall(call, { calls = 1_000, rounds = 9 } = {}) {
  await repeat(call, 10 * calls)
  const bytes = []
  for (let round = 0; round < rounds; round++) {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    await repeat(call, calls)
    bytes.push((process.memoryUsage().heapUsed - before) / calls)
  }
  return bytes.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]
}

async function repeat(call, times) {
  for (let i = 0; i < times; i++) await call(0)
}
