// One contender in a process of its own, since what else runs in a process changes what is optimised. It does nothing
// until it is its turn.
import { runBlock } from './block.mjs'
import { bytesPerCall, promisesPerCall, timersPerCall } from './counts.mjs'

const [topic, name, settings] = process.argv.slice(2)
const { contenders } = await import(topic)
/** Undefined where this build of the library does not have it. */
const contender = await contenders[name](JSON.parse(settings))

const TASKS = {
  block: (args) => runBlock(contender, args),
  // Bytes first: what hooks leave behind takes some.
  counts: async () => ({
    bytes: await bytesPerCall(contender.call),
    promises: await promisesPerCall(contender.call),
    timers: await timersPerCall(contender.call),
  }),
  ...contender?.tasks,
}

process.on('message', ({ task, args }) => void answer(task, args))
process.on('disconnect', () => process.exit())
process.send?.({ result: contender !== undefined })

async function answer(task, args) {
  try {
    process.send?.({ result: await TASKS[task](args) })
  } catch (failure) {
    process.send?.({ failure })
  }
}
