import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** The result of each run, in their order, whichever worker made it and whenever it was done. */
export async function runAll(runs, told = () => {}) {
  const results = []
  let next = 0
  const work = async () => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 128 } })
    while (next < runs.length) {
      const at = next++
      worker.postMessage(runs[at])
      const [{ result, failure }] = await once(worker, 'message')
      if (failure) throw new Error(failure)
      results[at] = result
      told(runs[at])
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, work))
  return results
}
