import { playRounds } from './field.mjs'
import { quantile } from './statistics.mjs'

/** Lets contenders take turns at every number of calls in flight, for `msAt` of it. */
export async function race(children, { levels, msAt, warmUpMs, rounds, latencies = false }) {
  const turns = {}
  for (const [name, child] of children) {
    for (const inFlight of levels) {
      await child.do('block', { inFlight, ms: warmUpMs })
      const block = { inFlight, ms: msAt(inFlight), latencies }
      turns[`${name}, ${inFlight}`] = () => child.do('block', block)
    }
  }
  return new Raced([...children.keys()], await playRounds(turns, rounds))
}

/** The blocks of a race; those of one round stand at the same place. */
class Raced {
  #blocks

  constructor(names, blocks) {
    this.names = names
    this.#blocks = blocks
  }

  /** Time per call, for each round; undefined where the contender is not there. */
  us(name, inFlight) {
    return this.#blocks[`${name}, ${inFlight}`]?.map(({ us }) => us)
  }

  cpuUs(name, inFlight) {
    return this.#blocks[`${name}, ${inFlight}`]?.map(({ cpuUs }) => cpuUs)
  }

  /** Of all calls of all rounds. */
  p99Us(name, inFlight) {
    const blocks = this.#blocks[`${name}, ${inFlight}`]
    return (
      blocks &&
      quantile(
        blocks.flatMap(({ latenciesUs }) => latenciesUs),
        0.99,
      )
    )
  }
}
