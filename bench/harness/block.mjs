/**
 * Calls for `ms`, so many at once, and says what a call took: time and CPU of this process in µs, and if asked for the
 * latency of each.
 *
 * What `prepare` does is not counted; it comes before every `most` calls.
 */
export async function runBlock({ call, prepare, most = Infinity }, { inFlight = 1, ms, latencies = false }) {
  const latenciesUs = []
  let calls = 0
  let spentMs = 0
  let cpuUs = 0
  do {
    await prepare?.()
    globalThis.gc?.({ type: 'minor' })
    const callsUntilPrepared = calls + most
    const cpuBefore = process.cpuUsage()
    const startedMs = performance.now()
    const endMs = startedMs + ms - spentMs
    const keepCalling = async (lane) => {
      for (let nowMs = startedMs; nowMs < endMs && calls < callsUntilPrepared;) {
        const begunMs = nowMs
        await call(lane)
        nowMs = performance.now()
        calls += 1
        if (latencies) latenciesUs.push((nowMs - begunMs) * 1_000)
      }
    }
    await Promise.all(Array.from({ length: inFlight }, (_, lane) => keepCalling(lane)))
    spentMs += performance.now() - startedMs
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuUs += user + system
  } while (spentMs < ms)
  return { us: (spentMs * 1_000) / calls, cpuUs: cpuUs / calls, latenciesUs }
}
