import { describe, expect, it } from 'vitest'
import { errorOf, lastDecision, scene, STEADY, type Scene } from './scene.js'

const SPENT = 'the retry budget of the function is spent'
/** Two attempts, at once, and no help from successes. */
const twice = { ...STEADY, baseDelay: 0, throttle: { baseDelay: 0 }, attempts: 2, budget: 0 } as const

/** Spends all that there is, whatever is left of it. */
async function spendAll({ lambda, script, clock }: Scene): Promise<void> {
  // Seven requests: three retries, at 1, 4 and 16 of 25, and none for the fourth call.
  for (let i = 0; i < 7; i++) script('quote').fails('HostNotFound')
  const quote = lambda('quote').retry(twice).circuitBreaker(false)
  for (let i = 0; i < 4; i++) await clock.runUntil(quote.safeInvoke())
}

describe('given retry and its budget', () => {
  it('makes single attempts once the tokens are gone, and tells of the function, not of the budget', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry(twice).circuitBreaker(false)
    script('quote').throttled()

    const results = []
    for (let i = 0; i < 4; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    // The first retry costs 8 of 25, and the one after two more throttles all of them.
    expect(results.map(({ meta }) => meta.attempts.length)).toEqual([2, 1, 1, 1])
    expect(results.map(lastDecision).slice(1)).toEqual([SPENT, SPENT, SPENT])
    expect(results.map((result) => errorOf(result).code)).toEqual(Array(4).fill('TooManyRequestsException'))
  })

  it('lets an outage have four retries, of however many calls', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ attempts: 20, backoff: () => 0 })
      .circuitBreaker(false)
    script('quote').fails('HostNotFound')

    const results = []
    for (let i = 0; i < 200; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    expect(script('quote').requests).toHaveLength(200 + 4)
    expect(results[0]?.meta.attempts).toHaveLength(1 + 4)
  })

  it('repeats every failure of a brownout of 40 %', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ backoff: () => 0 })
      .circuitBreaker(false)
    const [failing, well] = [Array(2).fill('HostNotFound'), Array(3).fill('well')]
    for (let i = 0; i < 200; i++) {
      for (const code of failing) script('quote').fails(code)
      for (const value of well) script('quote').replies(value)
    }

    const results = []
    for (let i = 0; i < 600; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    expect(results.filter(({ ok }) => ok)).toHaveLength(600)
    expect(script('quote').requests).toHaveLength(1_000)
  })

  it('shares the tokens among all chains to a function, however they were made', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled()
    const chain = () => lambda('quote').deadline('30s').retry(twice)

    const first = await clock.runUntil(chain().safeInvoke())
    const second = await clock.runUntil(chain().idempotent().safeInvoke())

    expect(first.meta.attempts).toHaveLength(2)
    expect(lastDecision(second)).toBe(SPENT)
  })

  it('gives each function, qualifier and tenant its own', async () => {
    const { lambda, script, clock } = scene({ defaults: { retry: twice } })
    script('quote').throttled()
    script('order').throttled()
    const attempts = async (fn: ReturnType<typeof lambda>): Promise<number> =>
      (await clock.runUntil(fn.safeInvoke())).meta.attempts.length

    expect(await attempts(lambda('quote'))).toBe(2)
    expect(await attempts(lambda('quote'))).toBe(1)
    expect(await attempts(lambda('quote').qualifier('live'))).toBe(2)
    expect(await attempts(lambda('quote').tenant('blue'))).toBe(2)
    expect(await attempts(lambda('order'))).toBe(2)
  })

  it('earns tokens by successes, and by a single one that the next failure is not one of many', async () => {
    const stage = scene()
    const { lambda, script, clock } = stage
    await spendAll(stage)
    const quote = lambda('quote').retry(twice).circuitBreaker(false)
    script('quote').fails('HostNotFound').replies().fails('HostNotFound')
    expect(lastDecision(await clock.runUntil(quote.safeInvoke()))).toBe(SPENT)
    expect((await clock.runUntil(quote.safeInvoke())).ok).toBe(true)
    // 4 of the 25 were left: enough for a retry at the first price.
    expect((await clock.runUntil(quote.safeInvoke())).meta.attempts).toHaveLength(2)
  })

  it('earns tokens by time, so that a function with little traffic may retry', async () => {
    const stage = scene()
    const { lambda, clock } = stage
    await spendAll(stage)
    const quote = lambda('quote').retry(twice).circuitBreaker(false)

    // 4 of the 25 are left, all of which the next retry costs; 0.2 come in a second.
    await clock.advance(104_999)
    expect(lastDecision(await clock.runUntil(quote.safeInvoke()))).toBe(SPENT)
    await clock.advance(1)
    expect((await clock.runUntil(quote.safeInvoke())).meta.attempts).toHaveLength(2)
  })

  it('holds no more than its capacity, however long it was left alone', async () => {
    const stage = scene()
    const { lambda, clock } = stage
    await spendAll(stage)
    const quote = lambda('quote').retry(twice).circuitBreaker(false)
    await clock.advance('1h')

    const results = []
    for (let i = 0; i < 4; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    // As a new one: at 1, 4 and 16.
    expect(results.map(({ meta }) => meta.attempts.length)).toEqual([2, 2, 2, 1])
  })

  it('spends nothing on a retry that is refused for another reason', async () => {
    const { lambda, script, clock, events } = scene()
    const quote = lambda('quote')
      .retry({ ...STEADY, attempts: 20, budget: 0 })
      .circuitBreaker(false)
    script('quote')
      .fails('ServiceUnavailable')
      .fails('AccessDeniedException')
      .fails('HostNotFound')
      .throttled()

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.deadline(50).safeInvoke())
    expect(events.filter(({ type }) => type === 'retry.scheduled')).toEqual([])
    await clock.runUntil(quote.safeInvoke())

    // What failed and could not be repeated counts: the throttle is the third failure in a row, at all 25.
    expect(events.filter(({ type }) => type === 'retry.scheduled')).toHaveLength(1)
  })
})
