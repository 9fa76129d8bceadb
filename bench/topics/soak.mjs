import { getEventListeners } from 'node:events'
import { createInvoker } from 'resilient-lambda'
import { failed, failure } from 'resilient-lambda/policies'
import { withContenders } from '../harness/field.mjs'
import { bytesInUse } from '../harness/memory.mjs'
import { median } from '../harness/statistics.mjs'
import { figure } from '../report/table.mjs'
import { atMost } from '../report/targets.mjs'

export const title = 'A million calls'
export const about =
  'What stays after a million calls through the pipeline, 64 at a time, one attempt in a hundred of which fails and is retried, half of them on one long-lived signal: against what was there after the first 50,000.'

const CALLS = 1_000_000
const INTERVAL = 50_000
const LANES = 64
const ANSWER = { ok: true, value: undefined, reply: {} }
const FAILURE = failed(failure('ServiceException'))
/** The compiler and the collector move some; at this much a call would leave less than half a byte. */
const NOISE_KB = 400

export const contenders = {
  ours() {
    let attempts = 0
    const transport = async () => (++attempts % 100 === 0 ? FAILURE : ANSWER)
    const fn = createInvoker({ transport })('quote').idempotent().retry({ baseDelay: 1, maxDelay: 1 })
    const { signal } = new AbortController()
    const options = [undefined, { signal }]
    let unanswered = 0

    async function callMany(calls) {
      let begun = 0
      async function keepCalling(lane) {
        while (begun++ < calls) if (!(await fn.safeInvoke(undefined, options[lane % 2])).ok) unanswered++
      }
      await Promise.all(Array.from({ length: LANES }, (_, lane) => keepCalling(lane)))
    }
    async function interval(calls) {
      await callMany(calls)
      // The signal's listener goes at the end of the turn.
      await new Promise((resolve) => setImmediate(resolve))
      return {
        bytes: await bytesInUse(),
        listeners: getEventListeners(signal, 'abort').length,
        handles: process.getActiveResourcesInfo().length,
        failures: attempts / 100,
        unanswered,
      }
    }
    return { tasks: { interval } }
  },
}

export async function measure({ quick }) {
  const intervals = quick ? 4 : CALLS / INTERVAL
  const samples = await withContenders({ topic: import.meta.url, names: ['ours'] }, async (children) => {
    const taken = []
    while (taken.length < intervals) taken.push(await children.get('ours').do('interval', INTERVAL))
    return taken
  })
  const [first] = samples
  const later = samples.slice(1)
  const most = (what) => Math.max(...later.map((sample) => sample[what])) - first[what]
  const growth = (median(samples.slice(-3).map(({ bytes }) => bytes)) - first.bytes) / 1_024
  const shown = samples.filter((_, at) => at === 0 || (at + 1) % Math.ceil(intervals / 5) === 0)
  const lines = shown.map((sample) => [
    ((samples.indexOf(sample) + 1) * INTERVAL).toLocaleString('en'),
    figure(sample.bytes / 1_024),
    String(sample.listeners),
    String(sample.handles),
    Math.floor(sample.failures).toLocaleString('en'),
    String(sample.unanswered),
  ])
  return {
    tables: [
      [['calls', 'heap KB', 'listeners', 'handles', 'failed attempts', 'calls that failed'], ...lines],
    ],
    targets: [
      atMost('growth of the heap', growth, NOISE_KB, ' KB'),
      atMost('listeners more than then', most('listeners'), 0),
      atMost('handles more than then', most('handles'), 0),
    ],
  }
}
