import { HEALTHY, meanServiceMs } from './model.mjs'

/** When the incident is, and when the run ends. Times in ms. */
export const INCIDENT = Object.freeze({ fromMs: 20_000, untilMs: 40_000 })
export const END_MS = 60_000
/** What came before is not looked at: pools, windows and budgets of a cold fleet fill up. */
export const WARM_UP_MS = 5_000

/** The same for everybody: the caller is gone after the first, and no attempt may take longer than the second. */
export const LIMITS = Object.freeze({ deadlineMs: 3_000, timeoutMs: 1_500 })

/** Calls a second over the whole fleet. */
export const RATE = 4_000

/** Executions at once that the load needs, on average. */
const NEEDED = (RATE * meanServiceMs(HEALTHY)) / 1_000

const QUOTE = { quote: HEALTHY }
/** Each of two functions gets half of the load, and needs more room for its ups and downs than half of one's. */
const HALF = { ...HEALTHY, limit: 700 }

/**
 * Each scenario: its functions, which share the calls evenly, and what is different during the incident. `watched` is
 * the function whose calls are looked at, where it is not all of them.
 */
export const SCENARIOS = [
  { name: 'steady', title: 'steady', functions: QUOTE, incident: {} },
  {
    name: 'outage',
    title: 'outage: every request fails',
    functions: QUOTE,
    incident: { quote: { errorRate: 1 } },
  },
  {
    name: 'brownout',
    title: 'brownout: 30 % of the requests fail',
    functions: QUOTE,
    incident: { quote: { errorRate: 0.3 } },
  },
  {
    name: 'overload',
    title: 'load of 1.5 times the limit, since the limit falls',
    functions: QUOTE,
    incident: { quote: { limit: NEEDED / 1.5 } },
  },
  { name: 'slow', title: 'latency times 10', functions: QUOTE, incident: { quote: { slowness: 10 } } },
  {
    name: 'cold',
    title: 'rolling cold start: every environment is replaced, and starting takes 2 s',
    functions: QUOTE,
    incident: { quote: { coldSlowness: 5, recycle: true } },
  },
  {
    name: 'beside',
    title: 'a bad function beside a good one: the figures are those of the good one',
    functions: { good: HALF, bad: HALF },
    incident: { bad: { errorRate: 0.5, limit: HALF.limit / 10 } },
    watched: 'good',
  },
]
