import { getEventListeners } from 'node:events'
import {
  createInvoker,
  type CallEvent,
  type Fn,
  type FunctionSettings,
  type InvokerState,
  type Result,
} from 'resilient-lambda'
import type { FakeClock } from 'resilient-lambda/testing'
import { heardClock, plan, planInEvents, type HeardClock } from './aborts.js'
import type { CallPlan, FunctionPlan, Scenario } from './scenario.js'
import { createServer, type Fate, type Sent } from './server.js'

/** One call, as its caller saw it. Times on the fake clock. */
export interface Played {
  readonly number: number
  readonly startedAtMs: number
  readonly settledAtMs: number
  /** When the caller gave up, if that was before the call settled. */
  readonly abortedAtMs: number | undefined
  readonly result: Result<unknown>
  /** How many listeners are on the caller's signal by now. */
  readonly listeners: () => number
}

/** What a repeat or a hedge was paid with when it was decided on. */
export interface Payment {
  readonly name: string
  readonly atMs: number
  /** The least that it can have cost. */
  readonly price: number
  /** When it was given back, for a repeat that succeeded or was never sent. */
  givenBackAtMs: number | undefined
}

/** Everything that came of a scenario. */
export interface Report {
  readonly calls: readonly Played[]
  readonly log: readonly Sent[]
  readonly payments: readonly Payment[]
  readonly pendingTimers: number
  /** By how many the places of the bulkheads were amiss when all was over. */
  readonly placesAmiss: number
  /** Attempts in flight and waiting, as adaptive limits have it when all was over. */
  readonly limitsHeld: number
}

type Quote = Fn<unknown, unknown>

const WELL: readonly Fate[] = [{ connectMs: 0, workMs: 10, end: 'answers', retryAfterMs: undefined }]

/** Plays a scenario on a fake clock, to its end. */
export async function play(scenario: Scenario): Promise<Report> {
  const clock = heardClock(scenario.seed)
  const server = createServer(clock, function fatesOf(name, number) {
    const plan = scenario.calls[number]
    if (!plan) return WELL
    return { quote: plan.fates, other: plan.otherFates, spare: plan.spareFates }[name] ?? WELL
  })
  const payments: Payment[] = []
  const lambda = createInvoker({
    observers: [notePayments(payments, clock)],
    transport: server.transport,
    clock,
    bulkhead: scenario.clientBulkhead,
    defaults: { hedge: scenario.hedge },
    functions: {
      quote: settingsOf(scenario.quote),
      other: settingsOf(scenario.other),
      spare: settingsOf(scenario.spare),
    },
  })
  lambda.restoreState({ version: 1, savedAt: 0, cells: budgetsOf(scenario) }, { age: 0 })
  const quote = withFallback(
    withFailover(lambda('quote'), lambda('spare'), scenario),
    lambda('other'),
    scenario,
  )

  const calls = await clock.runUntil(
    Promise.all(scenario.calls.map((plan, number) => playCall(quote, plan, number, clock))),
  )
  const pendingTimers = clock.pending
  const log = [...server.log]
  const limitsHeld = lambda.limits().reduce((sum, { inFlight, queued }) => sum + inFlight + queued, 0)
  const amiss =
    (await placesAmiss(clock, lambda('quote'), scenario.quote.bulkhead, scenario.clientBulkhead)) +
    (await placesAmiss(clock, lambda('quote').bulkhead(false), false, scenario.clientBulkhead))
  return { calls, log, payments, pendingTimers, placesAmiss: amiss, limitsHeld }
}

/** The budgets as they are at first. */
function budgetsOf(scenario: Scenario): InvokerState['cells'] {
  return Object.entries(plansOf(scenario)).map(([name, { budget, tokens }]) => ({
    key: `budget:${budget} ${name}:/`,
    ageMs: 0,
    saved: { tokens, failuresInARow: 0 },
  }))
}

/** By whose plan each function is called. */
export function plansOf({ failover, quote, spare, other }: Scenario): Readonly<Record<string, FunctionPlan>> {
  return { quote, other, spare: failover === 'chain' ? spare : quote }
}

/** A throttle makes a repeat eight times as expensive, and brings nothing back. */
const THROTTLE_PRICE = 8

function notePayments(payments: Payment[], clock: FakeClock): (event: CallEvent) => void {
  /** What each call has paid at each target, until it is known what became of it. */
  const open = new Map<string, Payment>()

  return (event) => {
    const { type, target: name, call } = event
    const key = `${call} ${name}`
    const payment = open.get(key)
    if (type === 'hedge.started')
      payments.push({ name, atMs: clock.now(), price: 1, givenBackAtMs: undefined })
    if (type === 'retry.scheduled') {
      const isThrottle = event.failure.verdict.kind === 'throttle'
      const price = isThrottle ? THROTTLE_PRICE : 1
      const paid: Payment = { name, atMs: clock.now(), price, givenBackAtMs: undefined }
      payments.push(paid)
      if (isThrottle) open.delete(key)
      else open.set(key, paid)
    } else if (type === 'retry.refused') open.delete(key)
    else if (payment && bringsBack(event)) {
      payment.givenBackAtMs = clock.now()
      open.delete(key)
    }
  }
}

/** A repeat that succeeds costs nothing, nor does one that is refused on our side. */
function bringsBack(event: CallEvent): boolean {
  if (event.type === 'breaker.refused' || event.type === 'adaptive.refused') return true
  if (event.type !== 'attempt.ended') return false
  return event.ok || (event.failure?.verdict.kind === 'local' && event.ran === 'no')
}

function settingsOf({
  attempts,
  deadlineMs,
  idempotent,
  budget,
  bulkhead,
  settings,
}: FunctionPlan): FunctionSettings {
  return {
    ...settings,
    deadline: deadlineMs,
    idempotent,
    bulkhead,
    retry: { ...settings.retry, attempts, budget },
  }
}

function withFailover(quote: Quote, spare: Quote, { failover, withinMs }: Scenario): Quote {
  if (failover === 'none') return quote
  const limit = withinMs === undefined ? {} : { within: withinMs }
  return quote.failover([failover === 'name' ? 'spare' : spare], limit)
}

function withFallback(quote: Quote, other: Quote, { fallback, fallbackLimitMs }: Scenario): Quote {
  const limit = { limit: fallbackLimitMs }
  const chains: Readonly<Record<Scenario['fallback'], () => Quote>> = {
    none: () => quote,
    value: () => quote.fallback('instead', limit),
    throws: () => quote.fallback(() => Promise.reject(new Error('no fallback either')), limit),
    hangs: () => quote.fallback(() => new Promise(() => {}), limit),
    other: () => quote.fallback(other, limit),
  }
  return chains[fallback]()
}

async function playCall(
  quote: Quote,
  { startMs, abort }: CallPlan,
  number: number,
  clock: HeardClock,
): Promise<Played> {
  await new Promise<void>((resolve) => void clock.setTimer(startMs, resolve))
  const caller = new AbortController()
  let abortedAtMs: number | undefined
  const giveUp = (): void => {
    abortedAtMs = clock.now()
    caller.abort()
  }
  const forget = plan(abort, clock, giveUp)
  const startedAtMs = clock.now()
  const heard = planInEvents(abort, quote, giveUp)
  const result = await heard.safeInvoke({ call: number }, { signal: caller.signal })
  forget()
  const listeners = (): number => getEventListeners(caller.signal, 'abort').length
  return { number, startedAtMs, settledAtMs: clock.now(), abortedAtMs, result, listeners }
}

/** By how many too many or too few calls have to wait, of one more than there are places. */
async function placesAmiss(
  clock: FakeClock,
  quote: Quote,
  ...bulkheads: readonly FunctionPlan['bulkhead'][]
): Promise<number> {
  const places = Math.min(...bulkheads.map((bulkhead) => (bulkhead ? bulkhead.concurrency : Infinity)))
  if (places === Infinity) return 0
  const bare = quote
    .adaptive(false)
    .circuitBreaker(false)
    .retry(false)
    .deadline('1s')
    .timeout(false)
    .hedge(false)
  const calls = Array.from({ length: places + 1 }, () => bare.safeInvoke({ call: -1 }))
  const results = await clock.runUntil(Promise.all(calls))
  const waited = results.filter(({ ok, meta }) => !ok || meta.queuedMs > 0)
  return Math.abs(waited.length - 1)
}
