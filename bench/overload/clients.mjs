import { exponential } from './random.mjs'

/**
 * Open-loop arrivals of a whole fleet, `rate` a second: a Poisson process, each arrival at a client of its own choice,
 * which is the same as one process for each client.
 */
export function startArrivals({ clock, random, clients, functions, rate, untilMs, arrive }) {
  function next() {
    const gapMs = exponential(random, 1_000 / rate)
    if (clock.now() + gapMs >= untilMs) return
    clock.setTimer(gapMs, function arrival() {
      const client = Math.floor(random() * clients)
      const name = functions[Math.floor(random() * functions.length)]
      next()
      arrive(client, name)
    })
  }
  next()
}

/** What a caller of the SDK sees of a failure. */
const ERRORS = {
  error: ['ServiceException', 500, 'server'],
  throttled: ['TooManyRequestsException', 429, 'client'],
  timeout: ['TimeoutError', undefined, undefined],
  gone: ['AbortError', undefined, undefined],
}

function errorOf(how) {
  const [name, status, fault] = ERRORS[how]
  return Object.assign(new Error(name), {
    name,
    ...(status && { $fault: fault, $metadata: { httpStatusCode: status } }),
  })
}

/** One call of a contender that is not ours: its attempts with their time limit, until the caller is gone. */
export class Call {
  #clock
  #invoke
  #timeoutMs
  #gone = false
  #running = new Set()
  #controller

  constructor({ clock, name, invoke, limits }) {
    this.#clock = clock
    this.name = name
    this.#invoke = invoke
    this.#timeoutMs = limits.timeoutMs
    this.deadlineAt = clock.now() + limits.deadlineMs
  }

  /** For packages that take a signal. */
  get signal() {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  /** Makes one attempt; rejects as the SDK does. */
  attempt() {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(errorOf('gone'))
      const end = (how) => {
        timer?.cancel()
        this.#running.delete(stop)
        if (how === 'ok') resolve()
        else reject(errorOf(how))
      }
      const attempt = this.#invoke(end)
      const stop = (how) => {
        attempt.abandon()
        end(how)
      }
      const timer = this.#timeoutMs ? this.#clock.setTimer(this.#timeoutMs, () => stop('timeout')) : undefined
      this.#running.add(stop)
    })
  }

  /** The caller is gone: what runs is abandoned, and nothing is begun any more. */
  stop() {
    this.#gone = true
    this.#controller?.abort(errorOf('gone'))
    for (const stop of this.#running) stop('gone')
  }
}
