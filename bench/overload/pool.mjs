import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The result of each run, in their order, whichever process made it and whenever it was done. */
export async function runAll(runs, told = () => {}) {
  const results = []
  let next = 0
  const work = async () => {
    const child = fork(new URL('child.mjs', import.meta.url), {
      serialization: 'advanced',
      // Most of what a run makes is soon forgotten.
      execArgv: ['--max-semi-space-size=64'],
    })
    try {
      while (next < runs.length) {
        const at = next++
        results[at] = await resultOf(child, runs[at])
        told(runs[at], results[at])
      }
    } finally {
      child.kill()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, work))
  return results
}

function resultOf(child, run) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the process of a run ended with ${code}`))
    child.once('exit', ended)
    child.once('message', ({ result, failure }) => {
      child.off('exit', ended)
      if (failure) reject(failure)
      else resolve(result)
    })
    child.send(run)
  })
}
