/** Any fixed date will do: what counts is that it is the same in every run. */
const DATE = Date.UTC(2026, 0, 1)

/** Node settles all promises between two immediates of one turn of its loop, so that several may share its cost. */
const TURNS_A_LOOP = 64

/**
 * The library's `Clock` for a simulation: what `fakeClock` does, with a heap in place of its search through all timers.
 *
 * One event at a time, at its own time, in the order of being set; everything that it sets off in promises settles
 * before the next, since the loop goes through `setImmediate`, which Node runs when no microtask is left. So nothing
 * depends on how events are grouped, nor on how many promises stand between cause and effect.
 */
export class SimulationClock {
  #heap = []
  #now = 0
  #set = 0

  constructor(random) {
    this.random = random
    this.now = () => this.#now
    this.date = () => DATE + this.#now
    this.setTimer = (ms, run) => {
      const timer = new Timer(this.#now + Math.max(0, ms), this.#set++, run)
      push(this.#heap, timer)
      return timer
    }
  }

  /** Runs everything that is due until then. */
  runUntil(endMs) {
    return new Promise((resolve, reject) => {
      let over = false
      const turn = () => {
        if (over) return
        try {
          const next = this.#nextBefore(endMs)
          over = !next
          if (over) {
            this.#now = endMs
            return resolve()
          }
          this.#now = next.at
          const { run } = next
          next.run = undefined
          run()
          setImmediate(turn)
        } catch (error) {
          over = true
          reject(error)
        }
      }
      for (let chain = 0; chain < TURNS_A_LOOP; chain++) setImmediate(turn)
    })
  }

  #nextBefore(endMs) {
    const heap = this.#heap
    while (heap.length > 0 && heap[0].at <= endMs) {
      const timer = pop(heap)
      if (timer.run) return timer
    }
    return undefined
  }
}

class Timer {
  constructor(at, order, run) {
    this.at = at
    this.order = order
    this.run = run
  }

  /** It stays in the heap until its time, with nothing to do. */
  cancel() {
    this.run = undefined
  }

  // What packages expect of a timeout of Node's.
  unref() {
    return this
  }

  ref() {
    return this
  }
}

/**
 * Lets packages that know no clock run on this one: their timers, their time and their chance come from it until the
 * returned function is called.
 */
export function installAsGlobal(clock) {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis
  const { stackTraceLimit } = Error
  const { now: dateNow } = Date
  const { random } = Math
  const { now: performanceNow } = performance
  Object.assign(globalThis, {
    setTimeout: (run, ms = 0, ...args) => clock.setTimer(ms, () => run(...args)),
    clearTimeout: (timer) => timer?.cancel(),
    setInterval: (run, ms) => intervalOn(clock, run, ms),
    clearInterval: (timer) => timer?.cancel(),
  })
  Date.now = clock.date
  Math.random = clock.random
  performance.now = clock.now
  // Nobody reads the stacks of all these errors, and writing them down takes time.
  Error.stackTraceLimit = 0
  return function uninstall() {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval })
    Date.now = dateNow
    Math.random = random
    performance.now = performanceNow
    Error.stackTraceLimit = stackTraceLimit
  }
}

function intervalOn(clock, run, ms) {
  let timer = arm()
  const interval = { cancel: () => timer.cancel(), unref: () => interval, ref: () => interval }
  return interval

  function arm() {
    return clock.setTimer(ms, () => {
      timer = arm()
      run()
    })
  }
}

function before(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap, timer) {
  let at = heap.length
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!before(timer, heap[parent])) break
    heap[at] = heap[parent]
    at = parent
  }
  heap[at] = timer
}

function pop(heap) {
  const [first] = heap
  const last = heap.pop()
  const { length } = heap
  if (length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= length) break
    if (child + 1 < length && before(heap[child + 1], heap[child])) child += 1
    if (!before(heap[child], last)) break
    heap[at] = heap[child]
    at = child
  }
  heap[at] = last
  return first
}
