import { fork } from 'node:child_process'

const QUIETLY = ['--expose-gc', '--no-warnings']
/** So that a thousand calls fit into the young generation, and nothing is collected while bytes are counted. */
export const ROOMY = ['--min-semi-space-size=64', '--max-semi-space-size=64']

/** A process that has one contender and does what it is told. */
class Contender {
  #child
  #settle

  constructor(topic, name, settings, flags) {
    this.name = name
    const child = fork(new URL('child.mjs', import.meta.url), [topic, name, JSON.stringify(settings)], {
      execArgv: [...QUIETLY, ...flags],
      serialization: 'advanced',
    })
    child.on('message', (message) => this.#settle?.(message))
    child.on('exit', (code) =>
      this.#settle?.({ failure: new Error(`the process of ${name} ended with ${code}`) }),
    )
    this.#child = child
  }

  /** Whether the contender is there. */
  ready() {
    return this.#answer()
  }

  /** Lets it do something, and waits for what it has to say. */
  do(task, args) {
    this.#child.send({ task, args })
    return this.#answer()
  }

  stop() {
    this.#settle = undefined
    this.#child.kill()
  }

  #answer() {
    return new Promise((resolve, reject) => {
      this.#settle = ({ result, failure }) => (failure ? reject(failure) : resolve(result))
    })
  }
}

/**
 * Starts a process for each name, hands them to `use`, and ends them when it is done. Those that this build does not
 * have are left out.
 */
export async function withContenders({ topic, names, settings = {}, flags = [] }, use) {
  const started = names.map((name) => new Contender(topic, name, settings, flags))
  try {
    const there = await Promise.all(started.map((contender) => contender.ready()))
    return await use(
      new Map(started.filter((_, at) => there[at]).map((contender) => [contender.name, contender])),
    )
  } finally {
    for (const contender of started) contender.stop()
  }
}

/**
 * Everything in `turns` once a round, in a new order every round: what differs within a round is what is compared, and
 * not the machine. The results of each turn under its name, one for each round.
 */
export async function playRounds(turns, rounds) {
  const results = Object.fromEntries(Object.keys(turns).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of shuffled(Object.keys(turns))) results[name].push(await turns[name]())
  return results
}

function shuffled(names) {
  const order = [...names]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
