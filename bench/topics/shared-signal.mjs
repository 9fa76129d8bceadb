import { createInvoker } from 'resilient-lambda'
import { bulkheadsFor } from '../contenders/ours.mjs'
import { withContenders } from '../harness/field.mjs'
import { race } from '../harness/race.mjs'
import { factor } from '../harness/statistics.mjs'
import { figure, spread } from '../report/table.mjs'
import { atMost } from '../report/targets.mjs'

export const title = "One caller's signal for many calls"
export const about =
  'What a call costs while 10,000 are in flight on one AbortSignal, against one call after the other on it; and the same without a signal.'

const LEVELS = [1, 10_000]
const WITH = 'on one signal'
const WITHOUT = 'without a signal'

function invoking(options) {
  const transport = async () => ({ ok: true, value: undefined, reply: {} })
  const fn = createInvoker({ transport, ...bulkheadsFor(Math.max(...LEVELS)) })('quote')
  return { call: () => fn.invoke(undefined, options) }
}

export const contenders = {
  [WITH]: () => invoking({ signal: new AbortController().signal }),
  [WITHOUT]: () => invoking(undefined),
}

export async function measure({ rounds, blockMs, warmUpMs }) {
  const field = { topic: import.meta.url, names: Object.keys(contenders) }
  // Long enough for all callers to be answered several times.
  const msAt = (inFlight) => (inFlight === 1 ? blockMs : 6 * blockMs)
  const raced = await withContenders(field, (children) =>
    race(children, { levels: LEVELS, msAt, warmUpMs, rounds }),
  )
  const [one, many] = LEVELS
  const times = (name) => factor(raced.us(name, many), raced.us(name, one))
  const lines = raced.names.map((name) => [
    name,
    ...LEVELS.map((level) => spread(raced.us(name, level))),
    figure(times(name)),
  ])
  return {
    tables: [[['', ...LEVELS.map((level) => `µs, ${level.toLocaleString('en')} in flight`), '×'], ...lines]],
    targets: [atMost('10,000 in flight on one signal against 1', times(WITH), 1.5, ' ×')],
  }
}
