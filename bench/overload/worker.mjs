import { parentPort } from 'node:worker_threads'
import { simulate } from './simulate.mjs'

// One run after the other: each takes the globals for itself.
parentPort.on('message', async (run) => {
  try {
    parentPort.postMessage({ result: await simulate(run) })
  } catch (error) {
    parentPort.postMessage({ failure: error.message })
  }
})
