// One scenario at one number of calls in flight, in a process of its own: what ran before would change what is optimised.
import { measureRounds } from './blocks.mjs'
import { SCENARIOS } from './scenarios.mjs'

const [name, inFlight, rounds] = process.argv.slice(2)
const { variants, betweenRounds, stop } = await SCENARIOS[name]()
const measured = await measureRounds(variants, {
  inFlight: Number(inFlight),
  rounds: Number(rounds),
  ...(betweenRounds && { betweenRounds }),
})
stop?.()
process.send?.(measured)
process.disconnect?.()
