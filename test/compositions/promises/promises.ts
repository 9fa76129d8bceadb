import { expect } from 'vitest'
import type { Report } from './play.js'
import type { FunctionPlan, Scenario } from './scenario.js'
import type { Sent } from './server.js'

const sentBy = (log: readonly Sent[], name: string, call: number): Sent[] =>
  log.filter((sent) => sent.name === name && sent.call === call)
const mayHaveRun = (sent: readonly Sent[]): boolean => sent.some(({ ran }) => ran !== 'no')

/** Nothing runs twice behind the caller's back. */
export function expectNoUnaskedRepeat(scenario: Scenario, { calls, log }: Report): void {
  for (const { number } of calls) {
    const [quote, other] = [sentBy(log, 'quote', number), sentBy(log, 'other', number)]
    expectRepeatsAsked(quote, scenario.quote)
    expectRepeatsAsked(other, scenario.other)
    if (!scenario.quote.idempotent && mayHaveRun(quote)) expect(other, 'repeats elsewhere').toEqual([])
  }
  expect(
    log.filter(({ stopped }) => stopped),
    'requests of a call that had been stopped',
  ).toEqual([])
}

function expectRepeatsAsked(sent: readonly Sent[], { attempts, idempotent }: FunctionPlan): void {
  expect(sent.length, 'requests of one call').toBeLessThanOrEqual(attempts)
  if (!idempotent) expect(mayHaveRun(sent.slice(0, -1)), 'a repeat of what may have run').toBe(false)
}

/** Repeats are bounded by the budget, at every moment. */
export function expectBoundedLoad(scenario: Scenario, { log }: Report): void {
  expectBudgetKept(
    log.filter(({ name }) => name === 'quote'),
    scenario.quote.budget,
  )
  expectBudgetKept(
    log.filter(({ name }) => name === 'other'),
    scenario.other.budget,
  )
}

function expectBudgetKept(log: readonly Sent[], budget: FunctionPlan['budget']): void {
  if (!budget) return
  const { capacity, perSuccess, perSecond } = budget
  const seen = new Set<number>()
  let repeats = 0
  for (const { call, atMs } of log) {
    if (seen.has(call)) repeats++
    seen.add(call)
    const successes = log.filter(({ answeredAtMs = Infinity }) => answeredAtMs <= atMs).length
    const earned = perSuccess * successes + (perSecond * atMs) / 1_000
    expect(repeats, `repeats by ${atMs} ms`).toBeLessThanOrEqual(capacity + earned + 1e-6)
  }
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
}

/** What a call says of itself is what the server saw. */
export function expectTruth(scenario: Scenario, { calls, log }: Report): void {
  for (const { number, result } of calls) {
    const quote = sentBy(log, 'quote', number)
    const other = sentBy(log, 'other', number)
    expect(
      result.meta.attempts.map(({ ran }) => ran),
      'what each attempt did',
    ).toEqual(quote.map(({ ran }) => ran))
    if (result.ok) continue
    const { error } = result
    expect(error.attempts, 'the attempts of the error').toEqual(result.meta.attempts)
    if (mayHaveRun(quote) || mayHaveRun(other)) expect(error.mayHaveRun, error.message).toBe(true)
    else if (other.length === 0 && scenario.fallback !== 'other')
      expect(error.mayHaveRun, error.message).toBe(false)
  }
}
