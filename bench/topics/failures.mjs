import CircuitBreaker from 'opossum'
import { createInvoker, InvokeError } from 'resilient-lambda'
import { failed, failure } from 'resilient-lambda/policies'
import { withContenders } from '../harness/field.mjs'
import { race } from '../harness/race.mjs'
import { differences, factor, median } from '../harness/statistics.mjs'
import { spread } from '../report/table.mjs'
import { atLeast, atMost } from '../report/targets.mjs'

export const title = 'Failures and refusals'
export const about =
  'A call that fails at the function and is not retried, and a call that an open circuit refuses, with an empty window and with 50,000 calls in it, against a bare async function that makes the same error; opossum as it comes beside it.'

const ANSWER = { ok: true, value: undefined, reply: {} }
/** Counts in the circuit's window; it may have run, and the call is not idempotent: it is not repeated. */
const FAILURE = failed(failure('ServiceException'))
const FILLINGS = [0, 50_000]
/** Of these the window may be called empty. */
const FEW = 100
const NEVER = 1_000_000_000

/** Fails so often as it is told to, with the circuit closed or open. */
function ours({ filled, open, how }) {
  let outcome = ANSWER
  let fn
  async function prepare() {
    if (filled > 0 && fn) return
    const consecutiveFailures = open ? 1 : NEVER
    fn = createInvoker({ transport: async () => outcome })('quote').circuitBreaker({
      ...(open ? { openFor: '1h' } : { minimumCalls: NEVER }),
      consecutiveFailures,
      window: '1h',
    })
    outcome = ANSWER
    for (let i = 0; i < filled; i++) await fn.invoke()
    outcome = FAILURE
    if (open) await fn.safeInvoke()
    const { error } = await fn.safeInvoke()
    if (error.code !== (open ? 'CircuitOpen' : 'ServiceException')) throw error
  }
  // The error is looked at, so that it is made even if nobody else asks for it.
  const call =
    how === 'safeInvoke' ? async () => (await fn.safeInvoke()).error : () => fn.invoke().catch(asValue)
  return { call, prepare, most: filled > 0 || open ? Infinity : FEW }
}

/** As it comes, but for the number of calls below which it stays closed, and the time that it stays open. */
function opossum({ filled, open }) {
  let fails = false
  let breaker
  async function prepare() {
    breaker?.shutdown()
    const options = open ? { resetTimeout: NEVER } : { volumeThreshold: NEVER }
    breaker = new CircuitBreaker(async () => (fails ? Promise.reject(ERROR) : undefined), options)
    fails = false
    for (let i = 0; i < filled; i++) await breaker.fire()
    fails = true
    if (open) breaker.open()
  }
  return { call: () => breaker.fire().catch(asValue), prepare, most: filled > 0 || open ? Infinity : FEW }
}

const ERROR = new Error('made beforehand')
const asValue = (error) => error

/** Makes the error that such a call of ours ends with, and nothing else. */
async function errorAlone({ open }) {
  const { call, prepare } = ours({ filled: 0, open, how: 'safeInvoke' })
  await prepare()
  const { attempts, elapsedMs, code } = await call()
  const why = failure(code)
  return { call: async () => new InvokeError(why, { target: 'quote', attempts, elapsedMs }) }
}

const CASES = [false, true].flatMap((open) => FILLINGS.map((filled) => ({ open, filled })))
const nameOf = (what, { open, filled }) =>
  `${what}, ${open ? 'refused' : 'failed'}, ${filled.toLocaleString('en')} in the window`
const error = ({ open }) => `the error alone, ${open ? 'refused' : 'failed'}`

export const contenders = Object.fromEntries(
  CASES.flatMap((one) => [
    [error(one), () => errorAlone(one)],
    [nameOf('safeInvoke', one), () => ours({ ...one, how: 'safeInvoke' })],
    [nameOf('invoke', one), () => ours({ ...one, how: 'invoke' })],
    [nameOf('opossum', one), () => opossum(one)],
  ]),
)

export async function measure({ rounds, blockMs, warmUpMs }) {
  const field = { topic: import.meta.url, names: Object.keys(contenders) }
  const raced = await withContenders(field, (children) =>
    race(children, { levels: [1], msAt: () => blockMs, warmUpMs, rounds }),
  )
  const us = (name) => raced.us(name, 1)
  const added = (what, one) => differences(us(nameOf(what, one)), us(error(one)))
  const lines = CASES.map((one) => [
    one.open ? 'refused' : 'failed',
    one.filled.toLocaleString('en'),
    spread(us(error(one))),
    spread(added('safeInvoke', one)),
    spread(added('invoke', one)),
    spread(us(nameOf('opossum', one))),
  ])
  const [few, many] = FILLINGS
  return {
    notes: [
      'safeInvoke and invoke are without the construction of the error, whose time stands beside them. The error that opossum rejects with is made beforehand for a failure, and by itself for a refusal.',
    ],
    tables: [
      [
        ['', 'in the window', 'error alone, µs', 'safeInvoke adds, µs', 'invoke adds, µs', 'opossum, µs'],
        ...lines,
      ],
    ],
    targets: [
      ...CASES.flatMap((one) => {
        const limit = one.open ? 3 : 5
        return ['safeInvoke', 'invoke'].map((what) =>
          atMost(nameOf(what, one), median(added(what, one)), limit, ' µs'),
        )
      }),
      ...[false, true].map((open) =>
        atMost(
          `safeInvoke, ${open ? 'refused' : 'failed'}: full window against empty`,
          factor(added('safeInvoke', { open, filled: many }), added('safeInvoke', { open, filled: few })),
          1.2,
          ' ×',
        ),
      ),
      atLeast(
        'opossum against ours, failed, 50,000 in the window',
        factor(us(nameOf('opossum', { filled: many })), added('safeInvoke', { filled: many })),
        50,
        ' ×',
      ),
    ],
  }
}
