import { createInvoker } from 'resilient-lambda'
import { systemClock } from 'resilient-lambda/policies'
import { cockatielAround, opossumAround, pRetryAndOpossumAround } from '../contenders/peers.mjs'
import { countingClock } from '../harness/counts.mjs'
import { ROOMY, withContenders } from '../harness/field.mjs'
import { race } from '../harness/race.mjs'
import { differences, factor, median } from '../harness/statistics.mjs'
import { figure, spread } from '../report/table.mjs'
import { atLeast, atMost } from '../report/targets.mjs'

export const title = 'The pipeline alone'
export const about =
  'What all policies as they come (deadline, retry, budget, breaker, bulkheads, verdicts) add to a call that succeeds, against a bare `async () => x`. Nothing is encoded, since every caller would.'

const LEVELS = [1, 64]
const ANSWER = { ok: true, value: undefined, reply: {} }
const answer = async () => ANSWER

/** A signal for each caller, made beforehand. */
const signals = Array.from({ length: Math.max(...LEVELS) }, () => new AbortController().signal)
const ours = (options) => createInvoker({ ...options, transport: answer })('quote')

export const contenders = {
  bare: () => ({ call: answer }),
  ours() {
    const fn = ours()
    return { call: () => fn.invoke(), tasks: { clockTimers } }
  },
  'ours, named for each call'() {
    const invoker = createInvoker({ transport: answer })
    return { call: () => invoker('quote').invoke() }
  },
  'ours, chained anew for each call'() {
    const invoker = createInvoker({ transport: answer })
    return { call: () => invoker('quote').idempotent().invoke() }
  },
  'ours, with a signal'() {
    const fn = ours()
    return { call: (lane) => fn.invoke(undefined, { signal: signals[lane] }) }
  },
  cockatiel: () => ({ call: cockatielAround(answer) }),
  'cockatiel, with a signal'() {
    const execute = cockatielAround(answer)
    return { call: (lane) => execute(undefined, signals[lane]) }
  },
  opossum: () => ({ call: opossumAround(answer) }),
  'p-retry + opossum': () => ({ call: pRetryAndOpossumAround(answer) }),
}

/** Timers that a call asks the clock for. */
async function clockTimers() {
  const clock = countingClock(systemClock)
  const fn = ours({ clock })
  for (let i = 0; i < 100; i++) await fn.invoke()
  return clock.timers / 100
}

export async function measure({ rounds, blockMs, warmUpMs }) {
  const field = { topic: import.meta.url, names: Object.keys(contenders) }
  const raced = await withContenders(field, (children) =>
    race(children, { levels: LEVELS, msAt: () => blockMs, warmUpMs, rounds }),
  )
  const counted = await withContenders({ ...field, flags: ROOMY }, countsOf)
  const added = (name, level) => differences(raced.us(name, level), raced.us('bare', level))
  const names = field.names.filter((name) => name !== 'bare')
  const lines = names.map((name) => {
    const { promises, timers, bytes } = counted[name]
    return [
      name,
      ...LEVELS.map((level) => spread(added(name, level))),
      ...[promises, timers, bytes].map(figure),
    ]
  })
  const head = ['', ...LEVELS.map((level) => `µs added, ${level} in flight`), 'promises', 'timers', 'bytes']

  const { promises, timers, bytes } = counted.ours
  const times = LEVELS.flatMap((level) => {
    const where = `, ${level} in flight`
    return [
      atMost(`added${where}`, median(added('ours', level)), 1, ' µs'),
      atMost(`added with a signal${where}`, median(added('ours, with a signal', level)), 2.5, ' µs'),
      atLeast(
        `cockatiel against ours${where}`,
        factor(added('cockatiel', level), added('ours', level)),
        8,
        ' ×',
      ),
    ]
  })
  return {
    notes: [
      `The bare call takes ${LEVELS.map((level) => `${spread(raced.us('bare', level))} µs at ${level}`).join(', ')} in flight. Promises, timers and bytes are those added to it, counted with one call after the other.`,
    ],
    tables: [[head, ...lines]],
    targets: [
      ...times,
      atMost('promises', promises, 6),
      atMost('timers', timers, 1),
      atMost('timers asked of the clock', counted.clockTimers, 1),
      atMost('bytes', bytes, 1_536),
    ],
  }
}

/** Less what the bare call takes. */
async function countsOf(children) {
  const bare = await children.get('bare').do('counts')
  const counted = { clockTimers: await children.get('ours').do('clockTimers') }
  for (const [name, child] of children) {
    const counts = await child.do('counts')
    counted[name] = Object.fromEntries(
      Object.entries(counts).map(([what, count]) => [what, count - bare[what]]),
    )
  }
  return counted
}
