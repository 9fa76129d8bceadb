import * as fc from 'fast-check'
import { CATALOGUE, type FailureCode, type Settings } from 'resilient-lambda'
import type { Fate } from './server.js'

/** When the caller gives up: so long after the start, or so many timers later and some steps within that moment. */
export type Abort =
  | { readonly afterMs: number }
  | { readonly afterTimers: number; readonly steps: number }
  | { readonly atEvent: number }

/** One call of the function `quote`, and what its requests meet. */
export interface CallPlan {
  readonly startMs: number
  readonly fates: readonly Fate[]
  /** What its requests to the other function meet, if the fallback makes some. */
  readonly otherFates: readonly Fate[]
  /** What its requests to the spare function meet, if a failover makes some. */
  readonly spareFates: readonly Fate[]
  readonly abort: Abort | undefined
}

/** What is set for a function, in the terms that the promises are made in. Times in ms. */
export interface FunctionPlan {
  readonly attempts: number
  readonly deadlineMs: number
  readonly idempotent: boolean
  /** How many retries that fail each success pays for. */
  readonly budget: number | false
  /** What is in the budget at first. */
  readonly tokens: number
  readonly bulkhead:
    { readonly concurrency: number; readonly queue: number; readonly maxWait: number } | false
  /** The rest. */
  readonly settings: Settings
}

/** A run: settings, calls and chance. */
export interface Scenario {
  readonly seed: number
  readonly quote: FunctionPlan
  readonly other: FunctionPlan
  readonly spare: FunctionPlan
  /** Where calls are idempotent: when there is an attempt beside a slow one, how many at once, and how many more in all. */
  readonly hedge: { readonly after: number; readonly attempts: number; readonly maxExtra: number } | false
  /** Whether there is a spare function to turn to: by the plan of the first, or by its own. */
  readonly failover: 'none' | 'name' | 'chain'
  readonly withinMs: number | undefined
  readonly fallback: 'none' | 'value' | 'throws' | 'hangs' | 'other'
  readonly fallbackLimitMs: number
  readonly clientBulkhead: FunctionPlan['bulkhead']
  readonly calls: readonly CallPlan[]
}

const ms = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), fc.integer({ min: 1, max }))
const atLeastOne = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
const orFalse = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | false> =>
  fc.oneof({ arbitrary, weight: 3 }, { arbitrary: fc.constant<false>(false), weight: 1 })

const codes = Object.keys(CATALOGUE) as FailureCode[]
// Those that may be repeated come up more often than their share of the catalogue.
const usual = ['TooManyRequestsException', 'ServiceUnavailable', 'HostNotFound', 'FunctionError'] as const

const fate: fc.Arbitrary<Fate> = fc.record({
  connectMs: ms(60),
  workMs: ms(150),
  end: fc.oneof(
    { arbitrary: fc.constant('answers' as const), weight: 3 },
    { arbitrary: fc.constantFrom('hangs' as const, 'ignores' as const), weight: 2 },
    { arbitrary: fc.constantFrom(...usual), weight: 4 },
    { arbitrary: fc.constantFrom(...codes), weight: 4 },
  ),
  retryAfterMs: fc.option(ms(300), { nil: undefined, freq: 4 }),
})
const fates = fc.array(fate, { minLength: 1, maxLength: 4 })

const backoff = fc.record({
  backoff: fc.constantFrom('full', 'equal', 'decorrelated', 'exponential', 'constant'),
  baseDelay: ms(50),
  maxDelay: fc.integer({ min: 50, max: 200 }),
})
const retryIf = fc.constantFrom(
  undefined,
  () => true,
  () => false,
  () => undefined,
  async () => true,
)
const bulkhead = orFalse(fc.record({ concurrency: atLeastOne(3), queue: fc.nat(3), maxWait: ms(200) }))
const breaker = orFalse(
  fc.record({
    failureRate: fc.constantFrom(0.2, 0.5, 1),
    minimumCalls: atLeastOne(6),
    window: fc.integer({ min: 100, max: 2_000 }),
    consecutiveFailures: atLeastOne(6),
    openFor: atLeastOne(300),
    maxOpenFor: fc.integer({ min: 300, max: 600 }),
    probes: atLeastOne(3),
  }),
)

const hedge = orFalse(
  fc.record({
    after: atLeastOne(120),
    attempts: fc.integer({ min: 2, max: 3 }),
    maxExtra: fc.constantFrom(0.1, 1),
  }),
)

const functionPlan: fc.Arbitrary<FunctionPlan> = fc.record({
  attempts: atLeastOne(5),
  deadlineMs: fc.oneof(atLeastOne(100), atLeastOne(1_500)),
  idempotent: fc.boolean(),
  budget: orFalse(fc.constantFrom(0, 0.5, 2)),
  tokens: fc.oneof(fc.nat(8), fc.constant(25)),
  bulkhead,
  settings: fc
    .record({
      backoff,
      throttle: backoff,
      retryIf,
      functionErrors: fc.constantFrom(false, true, ['FunctionError']),
      timeout: orFalse(atLeastOne(200)),
      circuitBreaker: breaker,
      adaptive: orFalse(fc.record({ initial: atLeastOne(4), queue: fc.nat(6) })),
    })
    .map(({ backoff, throttle, retryIf, functionErrors, ...others }) => ({
      ...others,
      retry: { ...backoff, throttle, functionErrors, ...(retryIf && { retryIf }) },
    })),
})

const call: fc.Arbitrary<CallPlan> = fc.record({
  startMs: ms(400),
  fates,
  otherFates: fates,
  spareFates: fates,
  abort: fc.option(
    fc.oneof(
      fc.record({ afterMs: ms(500) }),
      fc.record({ afterTimers: fc.nat(20), steps: fc.nat(20) }),
      fc.record({ atEvent: fc.nat(8) }),
    ),
    {
      nil: undefined,
      freq: 2,
    },
  ),
})

/** Any run. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.nat(),
  quote: functionPlan,
  other: functionPlan,
  spare: functionPlan,
  hedge,
  failover: fc.constantFrom('none', 'name', 'chain'),
  withinMs: fc.option(atLeastOne(300), { nil: undefined, freq: 2 }),
  fallback: fc.constantFrom('none', 'none', 'value', 'throws', 'hangs', 'other', 'other'),
  fallbackLimitMs: atLeastOne(200),
  clientBulkhead: bulkhead,
  calls: fc.array(call, { minLength: 1, maxLength: 10 }),
})
