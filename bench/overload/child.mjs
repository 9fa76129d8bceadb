// Makes one run after the other, since each takes the globals for itself.
import { simulate } from './simulate.mjs'

process.on('message', (run) => void answer(run))
// Nobody waits for a run any more.
process.on('disconnect', () => process.exit())

async function answer(run) {
  try {
    process.send?.({ result: await simulate(run) })
  } catch (error) {
    process.send?.({ failure: error })
  }
}
