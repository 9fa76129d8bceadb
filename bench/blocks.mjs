/** Long enough for many calls, short enough that a noisy neighbour hits all variants of a round alike. */
const BLOCK_MS = 40
const WARM_UP_MS = 600

/**
 * The time per call of each variant, in µs, one entry for each round: blocks of all variants follow each other in a new
 * order every round, so that what differs within a round is the variants and not the machine.
 */
export async function measureRounds(variants, { inFlight, rounds, betweenRounds = () => {} }) {
  const names = Object.keys(variants)
  const wallUs = Object.fromEntries(names.map((name) => [name, []]))
  const cpuUs = Object.fromEntries(names.map((name) => [name, []]))
  for (const name of names) await runBlock(variants[name], inFlight, WARM_UP_MS)
  for (let round = 0; round < rounds; round++) {
    betweenRounds()
    for (const name of shuffled(names)) {
      globalThis.gc?.({ type: 'minor' })
      const block = await runBlock(variants[name], inFlight, BLOCK_MS)
      wallUs[name].push(block.wallUs)
      cpuUs[name].push(block.cpuUs)
    }
  }
  return { wallUs, cpuUs }
}

async function runBlock(call, inFlight, ms) {
  const startedMs = performance.now()
  const cpuBefore = process.cpuUsage()
  let calls = 0
  async function keepCalling() {
    while (performance.now() - startedMs < ms) {
      await call()
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: inFlight }, keepCalling))
  const cpu = process.cpuUsage(cpuBefore)
  const wallUs = ((performance.now() - startedMs) * 1_000) / calls
  return { wallUs, cpuUs: (cpu.user + cpu.system) / calls }
}

function shuffled(names) {
  const order = [...names]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
