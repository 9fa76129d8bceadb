import { createHook } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from './statistics.mjs'

/** What is in use after a full collection, in bytes. */
export async function bytesInUse() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc()
    await sleep(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Begins so many calls that nobody answers, and says what each holds, in bytes. */
export async function bytesInFlight(call, calls) {
  const held = []
  const before = await bytesInUse()
  for (let i = 0; i < calls; i++) {
    held.push(call())
    // So that what is sent goes out.
    if (i % 500 === 0) await sleep(0)
  }
  await untilIdle()
  const after = await bytesInUse()
  if (held.length !== calls) throw new Error('the calls were not held')
  return (after - before) / calls
}

async function untilIdle() {
  for (;;) {
    const before = performance.eventLoopUtilization()
    await sleep(200)
    if (performance.eventLoopUtilization(before).utilization < 0.1) return
  }
}

/** The share of a core that the process computes: the median of several windows of `ms`. */
export async function shareOfCore(ms, windows = 7) {
  const shares = []
  for (let window = 0; window < windows; window++) {
    await sleep(ms / 4)
    const before = process.cpuUsage()
    const startedMs = performance.now()
    await sleep(ms)
    const { user, system } = process.cpuUsage(before)
    shares.push((user + system) / 1_000 / (performance.now() - startedMs))
  }
  return median(shares)
}

/** Counts timers that are set and have neither fired for the last time nor been taken back. */
export function watchTimers() {
  const live = new Set()
  createHook({
    init: (id, type) => void (type === 'Timeout' && live.add(id)),
    destroy: (id) => void live.delete(id),
  }).enable()
  return live
}
