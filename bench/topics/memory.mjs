import { LambdaClient } from '@aws-sdk/client-lambda'
import CircuitBreaker from 'opossum'
import { createInvoker } from 'resilient-lambda'
import { leanInvoker } from '../contenders/ours.mjs'
import { cockatielAround, pRetryAndOpossumAround } from '../contenders/peers.mjs'
import { bareSend, reachOf } from '../contenders/sdk.mjs'
import { withContenders } from '../harness/field.mjs'
import { bytesInFlight, bytesInUse, shareOfCore, watchTimers } from '../harness/memory.mjs'
import { withServer } from '../harness/server.mjs'
import { figure } from '../report/table.mjs'
import { atMost } from '../report/targets.mjs'

export const title = 'Memory, and functions that nobody calls'
export const about =
  'What 50,000 calls in flight hold, each: the policies alone against a bare async function, and whole calls to a server that never answers. What 10,000 functions cost that were called once, against a process that does nothing.'

const MOST = 50_000
const FUNCTIONS = 10_000
const SOCKETS = 200
/** Chains that an invoker remembers by name. */
const REMEMBERED = 1_000
const KILOBYTE = 1_024
const WIDE = {
  bulkhead: { concurrency: MOST },
  defaults: { bulkhead: { concurrency: MOST }, deadline: '10m' },
}
/** Where the library makes the client, calls wait before anything is encoded or signed. */
const AS_MANY_AS_SOCKETS = { concurrency: SOCKETS, queue: MOST, maxWait: '10m' }
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

/** As long as something might answer, what waits for it stays. */
const waiting = []
const hang = () => new Promise((resolve) => waiting.push(resolve))
const answer = async () => ({ ok: true, value: undefined, reply: {} })

/** With so many sockets that the first calls have one and the others wait for one: a socket is the system's. */
function client(port) {
  return new LambdaClient({
    ...reachOf(port),
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: SOCKETS }, logger: QUIET },
  })
}

const holding = (call, warmUp) => ({
  tasks: {
    async bytes(calls) {
      if (warmUp) await Promise.all(Array.from({ length: 3 * SOCKETS }, () => warmUp()))
      return bytesInFlight(call, calls)
    },
  },
})
/** Of two functions: one that does not answer, and one that does. */
const wholeCalls = (callOf) => {
  const [hold, quote] = ['hold', 'quote'].map(callOf)
  return holding(
    () => hold({ sku: 'A1' }),
    () => quote({ sku: 'A1' }),
  )
}
const invoking = (invoker) => {
  if (!invoker) return undefined
  return wholeCalls((name) => {
    const fn = invoker(name)
    return (payload) => fn.invoke(payload)
  })
}

const POLICIES = {
  bare: () => holding(hang),
  'ours, policies': () => {
    const fn = createInvoker({ transport: hang, ...WIDE })('hold')
    return holding(() => fn.invoke())
  },
  'cockatiel, policies': () => holding(cockatielAround(hang, MOST)),
  'p-retry + opossum': () => holding(pRetryAndOpossumAround(hang)),
}

const WHOLE = {
  'SDK, bare client.send': ({ port }) => {
    const sdk = client(port)
    return wholeCalls((name) => bareSend(sdk, name))
  },
  'ours, client handed in': ({ port }) => invoking(createInvoker({ client: client(port), ...WIDE })),
  'ours, own SDK client': ({ port }) =>
    invoking(createInvoker({ ...reachOf(port), ...WIDE, bulkhead: AS_MANY_AS_SOCKETS })),
  'ours, lean transport': ({ port }) => invoking(leanInvoker({ client: client(port), ...WIDE })),
}

const IDLE = {
  'an idle process': () =>
    idling(
      () => {},
      () => 1,
    ),
  'ours, functions': () => {
    const callsOf = (invoker) => (number) => invoker(`function-${number}`).invoke()
    const invoker = createInvoker({ transport: answer })
    return idling(callsOf(invoker), () => invoker.circuits().length, {
      another: () => callsOf(createInvoker({ transport: answer })),
      // An invoker remembers the chains of the latest names, which are no cells.
      crowdOut: () => {
        for (let number = 0; number < REMEMBERED; number++) invoker(`other-${number}`)
      },
    })
  },
  'opossum, breakers': () => {
    const breakers = []
    return idling(
      (number) => (breakers[number] = new CircuitBreaker(answer)).fire(),
      () => breakers.length,
    )
  },
}

/**
 * `kept` says of how many functions something is still there: an invoker forgets idle ones when they become too many.
 * `another` makes the same calls for a rehearsal: what the engine keeps of code that is run so often is nobody's cells.
 * `crowdOut` puts the same chains in the place of all that are remembered, before and after.
 */
function idling(callOnce, kept, { another, crowdOut = () => {} } = {}) {
  const callAll = async (functions, call = callOnce) => {
    for (let number = 0; number < functions; number++) await call(number)
  }
  return {
    tasks: {
      async idle({ functions, ms }) {
        if (another) await callAll(functions, another())
        await callOnce(0)
        crowdOut()
        const before = await bytesInUse()
        await callAll(functions)
        crowdOut()
        const bytes = ((await bytesInUse()) - before) / kept()
        return { bytes, kept: kept(), share: await shareOfCore(ms) }
      },
      async timersLeft(functions) {
        const live = watchTimers()
        await callAll(functions)
        // Timers that are gone are told of later.
        await new Promise((resolve) => setImmediate(resolve))
        return live.size
      },
    },
  }
}

export const contenders = { ...POLICIES, ...WHOLE, ...IDLE }

export async function measure({ quick }) {
  const calls = quick ? MOST / 20 : MOST
  const functions = quick ? FUNCTIONS / 10 : FUNCTIONS
  const inFlight = await withServer(async ({ port }) => {
    const field = { topic: import.meta.url, names: [...Object.keys(POLICIES), ...Object.keys(WHOLE)] }
    return withContenders({ ...field, settings: { port } }, (children) =>
      inTurn(children, async (child) => {
        const bytes = await child.do('bytes', calls)
        // Some would give up waiting soon.
        child.stop()
        return bytes
      }),
    )
  })
  const idleField = { topic: import.meta.url, names: Object.keys(IDLE) }
  const idle = await withContenders(idleField, (children) =>
    inTurn(children, (child) => child.do('idle', { functions, ms: quick ? 500 : 2_000 })),
  )
  const timers = await withContenders(idleField, (children) =>
    inTurn(children, (child) => child.do('timersLeft', functions)),
  )

  const kilobytes = (name) => inFlight[name] / KILOBYTE
  const nothing = idle['an idle process']
  const shareAdded = (name) => 100 * (idle[name].share - nothing.share)
  return {
    notes: [
      `In flight: ${calls.toLocaleString('en')} calls; ${SOCKETS} of the whole ones are on a socket and the others wait for one, for all contenders; a client that the library makes has as many sockets as its bulkhead has places, so that there they wait for a place. Idle: ${functions.toLocaleString('en')} functions; bytes are for each of those that are kept.`,
    ],
    tables: [
      [['in flight', 'KB each'], ...Object.keys(inFlight).map((name) => [name, figure(kilobytes(name))])],
      [
        ['idle', 'kept', 'bytes each', '% of a core', 'timers left'],
        ...Object.keys(idle).map((name) => [
          name,
          String(idle[name].kept),
          figure(idle[name].bytes),
          figure(100 * idle[name].share),
          String(timers[name]),
        ]),
      ],
    ],
    targets: [
      atMost('policies, in flight', kilobytes('ours, policies') - kilobytes('bare'), 1.2, ' KB'),
      atMost('whole call, lean, in flight', kilobytes('ours, lean transport'), 5, ' KB'),
      atMost('whole call, SDK, in flight', kilobytes('ours, own SDK client'), 12, ' KB'),
      atMost('idle functions, share of a core', shareAdded('ours, functions'), 0.05, ' %'),
      atMost('idle functions, cells of each', idle['ours, functions'].bytes, KILOBYTE, ' bytes'),
      atMost('idle functions, timers left', timers['ours, functions'] - timers['an idle process'], 0),
    ],
  }
}

async function inTurn(children, measureOne) {
  const results = {}
  for (const [name, child] of children) results[name] = await measureOne(child)
  return results
}
