import { createInvoker } from 'resilient-lambda'
import { bulkheadsFor, leanInvoker } from '../contenders/ours.mjs'
import { cockatielAround, pRetryAndOpossumAround } from '../contenders/peers.mjs'
import { rawSockets } from '../contenders/raw-sockets.mjs'
import { bareSend, plainClient, reachOf } from '../contenders/sdk.mjs'
import { withContenders } from '../harness/field.mjs'
import { race } from '../harness/race.mjs'
import { withServer } from '../harness/server.mjs'
import { factor } from '../harness/statistics.mjs'
import { figure, spread } from '../report/table.mjs'
import { atLeast, atMost } from '../report/targets.mjs'

export const title = 'Over loopback'
export const about =
  'Whole calls to a server in a process of its own, JSON on both sides, against a bare `client.send` of an SDK client as it comes; beside it what peers around such a client cost, as their users would write it.'

const BARE = 'SDK, bare client.send'
const OWN = 'ours, own SDK client'
const HANDED = 'ours, client handed in'
const LEAN = 'ours, lean transport'
const CEILING = 'the same bytes on raw sockets'
const OURS = [HANDED, OWN, LEAN]

const LEVELS = [1, 16, 64, 256]
const MEGABYTE = 2 ** 20
const SMALL = { title: '1 KB', name: 'quote', bytes: 1_024, levels: LEVELS }
const SLOW = { title: '1 KB, 50 ms', name: 'slow', bytes: 1_024, levels: [256], leastMs: 800 }
const LARGE = [
  { title: '100 KB', name: 'echo', bytes: 100 * 1_024, levels: [16] },
  { title: '5.9 MB', name: 'echo', bytes: 5_900_000, levels: [4], leastMs: 600 },
]

const invoking = (invoker, name) => {
  const fn = invoker(name)
  return (payload) => fn.invoke(payload)
}

/** What calls the function `name`. */
const CALLS = {
  [BARE]: ({ port, name }) => bareSend(plainClient(port), name),
  'SDK + p-retry + opossum': ({ port, name }) => pRetryAndOpossumAround(bareSend(plainClient(port), name)),
  'SDK + cockatiel': ({ port, name }) => cockatielAround(bareSend(plainClient(port), name)),
  [HANDED]: ({ port, name, most }) =>
    invoking(createInvoker({ client: plainClient(port), ...bulkheadsFor(most) }), name),
  [OWN]: ({ port, name, most }) => invoking(createInvoker({ ...reachOf(port), ...bulkheadsFor(most) }), name),
  [LEAN]({ port, name, most }) {
    const invoker = leanInvoker({ ...reachOf(port), ...bulkheadsFor(most) })
    return invoker && invoking(invoker, name)
  },
  [CEILING]: ({ port }) => rawSockets(port),
}

export const contenders = Object.fromEntries(
  Object.entries(CALLS).map(([contender, callOf]) => [
    contender,
    function prepared(settings) {
      const call = callOf(settings)
      const payload = { text: 'x'.repeat(settings.bytes - '{"text":""}'.length) }
      const { rss } = process.memoryUsage()
      /** In bytes, over what the process took before its first call. */
      const peak = () => process.resourceUsage().maxRSS * 1_024 - rss
      return call && { call: () => call(payload), tasks: { peak } }
    },
  ]),
)

export function measure(effort) {
  return withServer(async ({ port }) => {
    const all = Object.keys(CALLS)
    const small = await compare({ ...SMALL, port, names: all }, effort)
    const slow = await compare({ ...SLOW, port, names: [BARE, ...OURS] }, effort)
    const large = []
    for (const work of LARGE) large.push(await compare({ ...work, port, names: [BARE, ...OURS] }, effort))
    const missing = all.filter((name) => !small.names.includes(name))
    return {
      notes: [
        `1 KB each way. Bulkheads are as they come (100 and 200), or as wide as the calls in flight where that is more; a client of the SDK has 50 sockets unless told otherwise. "${CEILING}" is the most that the server answers.`,
        'Then a function that takes 50 ms, and payloads of 100 KB and 5.9 MB that come back as they are. Peak memory is the most that was resident, less what was before the first call.',
        ...missing.map((name) => `This build does not know "${name}": its rows are left out.`),
      ],
      tables: [small, slow, ...large].map(({ lines }) => lines),
      targets: [
        ...LEVELS.flatMap((level) => leanTargets(small, level)),
        ...[16, 64].flatMap((level) => ownClientTargets(small, level)),
        atLeast('own SDK client, 50 ms, 256 in flight: throughput', slow.throughput(OWN, 256), 2, ' ×'),
        ...large.flatMap((compared, at) => largeTargets(compared, LARGE[at])),
      ],
      series: {
        levels: LEVELS,
        contenders: small.names
          .filter((name) => name !== CEILING)
          .map((name) => ({ name, factors: LEVELS.map((level) => small.throughput(name, level)) })),
      },
    }
  })
}

function leanTargets({ throughput, cpu, p99 }, level) {
  const what = `lean, ${level} in flight`
  return [
    atLeast(`${what}: throughput`, throughput(LEAN, level), 3, ' ×'),
    atMost(`${what}: p99`, p99(LEAN, level), 0.5, ' ×'),
    atMost(`${what}: CPU`, cpu(LEAN, level), 0.35, ' ×'),
  ]
}

function ownClientTargets({ throughput, cpu }, level) {
  const what = `own SDK client, ${level} in flight`
  return [
    atLeast(`${what}: throughput`, throughput(OWN, level), 1.2, ' ×'),
    atMost(`${what}: CPU`, cpu(OWN, level), 0.8, ' ×'),
  ]
}

function largeTargets({ throughput, peak }, { title, levels: [level] }) {
  return [
    atLeast(`lean, ${title}: throughput`, throughput(LEAN, level), 1.5, ' ×'),
    atMost(`lean, ${title}: peak memory`, peak[LEAN] / peak[BARE], 0.6, ' ×'),
  ]
}

/** One kind of call by all contenders, each against the first. */
async function compare({ names, title, levels, ...call }, { rounds, warmUpMs, quick }) {
  const settings = { ...call, most: Math.max(...levels) }
  const field = { topic: import.meta.url, names, settings }
  return withContenders(field, async (children) => {
    // Long enough for every caller to be answered several times.
    const msAt = (inFlight) => Math.max(60, (quick ? 0.5 : 1.5) * inFlight, quick ? 0 : (call.leastMs ?? 0))
    const raced = await race(children, { levels, msAt, warmUpMs, rounds, latencies: true })
    const peak = {}
    for (const [name, child] of children) peak[name] = await child.do('peak')
    const compared = {
      names: raced.names,
      peak,
      throughput: (name, level) => factor(raced.us(BARE, level), raced.us(name, level)),
      cpu: (name, level) => factor(raced.cpuUs(name, level), raced.cpuUs(BARE, level)),
      p99: (name, level) => raced.p99Us(name, level) / raced.p99Us(BARE, level),
    }
    return { ...compared, lines: linesOf(compared, raced, { title, levels }) }
  })
}

function linesOf({ names, throughput, cpu, p99, peak }, raced, { title, levels }) {
  const head = [
    'in flight',
    title,
    'calls a second',
    '×',
    'CPU µs per call',
    '×',
    'p99 ms',
    '×',
    'peak MB',
    '×',
  ]
  const lines = levels.flatMap((level) =>
    names.map((name) => [
      String(level),
      name,
      spread(raced.us(name, level).map((us) => 1e6 / us)),
      figure(throughput(name, level)),
      spread(raced.cpuUs(name, level)),
      figure(cpu(name, level)),
      figure(raced.p99Us(name, level) / 1_000),
      figure(p99(name, level)),
      figure(peak[name] / MEGABYTE),
      figure(peak[name] / peak[BARE]),
    ]),
  )
  return [head, ...lines]
}
