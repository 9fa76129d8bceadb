import { expect } from 'vitest'
import type { Report } from './play.js'
import type { FunctionPlan, Scenario } from './scenario.js'
import type { Sent } from './server.js'

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
    expectRepeatsAsked(quote, scenario.quote)
    expectRepeatsAsked(spare, spareOf(scenario))
    expectRepeatsAsked(other, scenario.other)
    if (scenario.quote.idempotent) continue
    if (mayHaveRun(quote)) expect(spare, 'repeats in a failover').toEqual([])
    if (mayHaveRun([...quote, ...spare])) expect(other, 'repeats elsewhere').toEqual([])
  }
  expect(
    log.filter(({ stopped }) => stopped),
    'requests of a call that had been stopped',
  ).toEqual([])
}

/** What is settled about the spare function. */
function spareOf({ failover, quote, spare }: Scenario): FunctionPlan {
  return failover === 'chain' ? spare : quote
}

function expectRepeatsAsked(sent: readonly Sent[], { attempts, idempotent }: FunctionPlan): void {
  expect(sent.length, 'requests of one call').toBeLessThanOrEqual(attempts)
  if (!idempotent) expect(mayHaveRun(sent.slice(0, -1)), 'a repeat of what may have run').toBe(false)
}

/** Repeats are bounded by the budget, over any stretch of time. */
export function expectBoundedLoad(scenario: Scenario, report: Report): void {
  const plans = { quote: scenario.quote, spare: spareOf(scenario), other: scenario.other }
  for (const [name, { budget }] of Object.entries(plans)) {
    const log = report.log.filter((sent) => sent.name === name)
    const decided = report.decided.filter((decision) => decision.name === name).map(({ atMs }) => atMs)
    const repeats = log.length - new Set(log.map(({ call }) => call)).size
    expect(repeats, 'repeats that were decided on').toBeLessThanOrEqual(decided.length)
    expectBudgetKept(decided, log, budget)
  }
}

function expectBudgetKept(
  decided: readonly number[],
  log: readonly Sent[],
  budget: FunctionPlan['budget'],
): void {
  if (!budget) return
  const { capacity, perSuccess, perSecond } = budget
  const stretches = decided.flatMap((fromMs, first) =>
    decided.slice(first).map((toMs, more) => ({ fromMs, toMs, repeats: more + 1 })),
  )
  const overdrawn = stretches.filter(function exceedsBudget({ fromMs, toMs, repeats }) {
    const successes = log.filter(({ answeredAtMs = -1 }) => fromMs <= answeredAtMs && answeredAtMs <= toMs)
    const earned = perSuccess * successes.length + (perSecond * (toMs - fromMs)) / 1_000
    return repeats > capacity + earned + ROUNDING
  })
  expect(overdrawn, 'stretches of time with more repeats than the budget allows').toEqual([])
}

/** Every call is answered by its deadline, at once when its caller gives up, and leaves nothing behind. */
export function expectAnswersInTime({ quote, fallback, fallbackLimitMs }: Scenario, report: Report): void {
  const allowedMs = quote.deadlineMs + (fallback === 'none' ? 0 : fallbackLimitMs)
  for (const { startedAtMs, settledAtMs, abortedAtMs, listeners } of report.calls) {
    expect(settledAtMs - startedAtMs, 'the time to an answer').toBeLessThanOrEqual(allowedMs)
    if (abortedAtMs !== undefined) expect(settledAtMs, 'the answer to an abort').toBe(abortedAtMs)
    expect(listeners, 'listeners on the signal').toBe(0)
  }
  expect(report.pendingTimers, 'timers').toBe(0)
  expect(report.placesHeld, 'places still held').toBe(0)
  expect(report.limitsHeld, 'places of adaptive limits still held').toBe(0)
}

/** What a call says of itself is what the server saw. */
export function expectTruth(scenario: Scenario, { calls, log }: Report): void {
  for (const { number, result } of calls) {
    const quote = [...sentBy(log, 'quote', number), ...sentBy(log, 'spare', number)]
    const other = sentBy(log, 'other', number)
    expect(
      result.meta.attempts.map(({ ran }) => ran),
      'what each attempt did',
    ).toEqual(quote.map(({ ran }) => ran))
    expect(
      result.meta.attempts.map(({ target = 'quote' }) => target),
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
