import { expect } from 'vitest'
import type { Attempt } from 'resilient-lambda'
import { plansOf, type Payment, type Report } from './play.js'
import type { FunctionPlan, Scenario } from './scenario.js'
import type { Sent } from './server.js'

/** What each function's budget holds, and what a second brings. */
const CAPACITY = 25
const PER_SECOND = 0.2
/** Tokens are fractions, added up. */
const ROUNDING = 1e-6

const sentBy = (log: readonly Sent[], name: string, call: number): Sent[] =>
  log.filter((sent) => sent.name === name && sent.call === call)
const mayHaveRun = (sent: readonly Sent[]): boolean => sent.some(({ ran }) => ran !== 'no')

/** Nothing runs twice behind the caller's back. */
export function expectNoUnaskedRepeat(scenario: Scenario, { calls, log }: Report): void {
  for (const { number } of calls) {
    const [quote, spare, other] = [
      sentBy(log, 'quote', number),
      sentBy(log, 'spare', number),
      sentBy(log, 'other', number),
    ]
    const plans = plansOf(scenario)
    for (const sent of [quote, spare, other]) expectRepeatsAsked(sent, plans, scenario.hedge)
    if (scenario.quote.idempotent) continue
    if (mayHaveRun(quote)) expect(spare, 'repeats in a failover').toEqual([])
    if (mayHaveRun([...quote, ...spare])) expect(other, 'repeats elsewhere').toEqual([])
  }
  expect(
    log.filter(({ stopped }) => stopped),
    'requests of a call that had been stopped',
  ).toEqual([])
}

function expectRepeatsAsked(
  sent: readonly Sent[],
  plans: ReturnType<typeof plansOf>,
  hedge: Scenario['hedge'],
): void {
  const plan = plans[sent[0]?.name ?? '']
  if (!plan) return
  const { attempts, idempotent } = plan
  const atOnce = idempotent && hedge ? hedge.attempts : 1
  expect(sent.length, 'requests of one call').toBeLessThanOrEqual(attempts * atOnce)
  if (!idempotent) expect(mayHaveRun(sent.slice(0, -1)), 'a repeat of what may have run').toBe(false)
}

/** Repeats and hedges are bounded by the budget, over any stretch of time. */
export function expectBoundedLoad(scenario: Scenario, report: Report): void {
  for (const [name, plan] of Object.entries(plansOf(scenario))) {
    const log = report.log.filter((sent) => sent.name === name)
    const payments = report.payments.filter((payment) => payment.name === name)
    const repeats = log.length - new Set(log.map(({ call }) => call)).size
    expect(repeats, 'repeats that were decided on').toBeLessThanOrEqual(payments.length)
    expectBudgetKept(payments, log, plan)
  }
}

function expectBudgetKept(
  payments: readonly Payment[],
  log: readonly Sent[],
  { budget, tokens }: FunctionPlan,
): void {
  if (budget === false) return
  const overdrawn = payments.flatMap(({ atMs: toMs }, last) => {
    const until = payments.slice(0, last + 1)
    if (spentIn(until, toMs) > tokens + earned(0, toMs) + ROUNDING) return [{ fromMs: 0, toMs }]
    return until.flatMap(({ atMs: fromMs }, first) => {
      // What is given back of earlier payments could be spent on top.
      if (until.slice(0, first).some(({ givenBackAtMs = -1 }) => givenBackAtMs >= fromMs)) return []
      const isKept = spentIn(until.slice(first), toMs) <= CAPACITY + earned(fromMs, toMs) + ROUNDING
      return isKept ? [] : [{ fromMs, toMs }]
    })
  })
  expect(overdrawn, 'stretches of time in which more was spent than there was').toEqual([])

  function earned(fromMs: number, toMs: number): number {
    const successes = log.filter(({ answeredAtMs = -1 }) => fromMs <= answeredAtMs && answeredAtMs <= toMs)
    return Number(budget) * successes.length + (PER_SECOND * (toMs - fromMs)) / 1_000
  }
}

function spentIn(payments: readonly Payment[], untilMs: number): number {
  return payments
    .filter(({ givenBackAtMs = Infinity }) => givenBackAtMs > untilMs)
    .reduce((sum, { price }) => sum + price, 0)
}

/** Every call is answered by its deadline, at once when its caller gives up, and leaves nothing behind. */
export function expectAnswersInTime({ quote, fallback, fallbackLimitMs }: Scenario, report: Report): void {
  const allowedMs = quote.deadlineMs + (fallback === 'none' ? 0 : fallbackLimitMs)
  for (const { startedAtMs, settledAtMs, abortedAtMs, listeners } of report.calls) {
    expect(settledAtMs - startedAtMs, 'the time to an answer').toBeLessThanOrEqual(allowedMs)
    if (abortedAtMs !== undefined) expect(settledAtMs, 'the answer to an abort').toBe(abortedAtMs)
    expect(listeners(), 'listeners on the signal').toBe(0)
  }
  expect(report.pendingTimers, 'timers').toBe(0)
  expect(report.placesAmiss, 'places held, or given back twice').toBe(0)
  expect(report.limitsHeld, 'places of adaptive limits still held').toBe(0)
}

/** What a call says of itself is what the server saw. */
export function expectTruth(scenario: Scenario, { calls, log }: Report): void {
  for (const { number, result } of calls) {
    const quote = [...sentBy(log, 'quote', number), ...sentBy(log, 'spare', number)]
    const other = sentBy(log, 'other', number)
    const attempts = begunOf(result.meta.attempts, quote.length)
    expect(
      attempts.map(({ ran }) => ran),
      'what each attempt did',
    ).toEqual(quote.map(({ ran }) => ran))
    expect(
      attempts.map(({ target = 'quote' }) => target),
      'whom each attempt was for',
    ).toEqual(quote.map(({ name }) => name))
    if (result.ok) continue
    const { error } = result
    expect(error.attempts, 'the attempts of the error').toEqual(result.meta.attempts)
    if (mayHaveRun(quote) || mayHaveRun(other)) expect(error.mayHaveRun, error.message).toBe(true)
    else if (other.length === 0 && scenario.fallback !== 'other')
      expect(error.mayHaveRun, error.message).toBe(false)
  }
}

/** All but one that was stopped in the event that told of it. */
function begunOf(attempts: readonly Attempt[], sent: number): readonly Attempt[] {
  const last = attempts.at(-1)
  const isStopped = attempts.length === sent + 1 && last?.ran === 'no' && last.code === 'Aborted'
  return isStopped ? attempts.slice(0, -1) : attempts
}
