import { describe, expect, it } from 'vitest'
import { errorOf, lastDecision, scene, STEADY } from './scene.js'

const SPENT = 'the retry budget of the function is spent'
const twoTokens = { ...STEADY, attempts: 2, budget: { capacity: 2, perSuccess: 0.5, perSecond: 0 } }

describe('given retry and its budget', () => {
  it('makes single attempts once the tokens are gone, and tells of the function, not of the budget', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry(twoTokens).circuitBreaker(false)
    script('quote').throttled()

    const results = []
    for (let i = 0; i < 4; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    expect(results.map(({ meta }) => meta.attempts.length)).toEqual([2, 2, 1, 1])
    expect(results.map(lastDecision).slice(2)).toEqual([SPENT, SPENT])
    expect(results.map((result) => errorOf(result).code)).toEqual(Array(4).fill('TooManyRequestsException'))
  })

  it('shares the tokens among all chains to a function, however they were made', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled()
    const chain = () => lambda('quote').deadline('30s').retry(twoTokens)

    await clock.runUntil(chain().safeInvoke())
    await clock.runUntil(chain().idempotent().safeInvoke())
    const third = await clock.runUntil(chain().safeInvoke())

    expect(lastDecision(third)).toBe(SPENT)
  })

  it('gives each function, qualifier and tenant its own', async () => {
    const { lambda, script, clock } = scene({
      defaults: { retry: { ...twoTokens, budget: { capacity: 1 } } },
    })
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

  it('earns tokens by successes', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry(twoTokens).circuitBreaker(false)
    script('quote').throttled().throttled().throttled().throttled().replies().replies().throttled()
    for (let i = 0; i < 4; i++) await clock.runUntil(quote.safeInvoke())

    const [afterwards, spentAgain] = [
      await clock.runUntil(quote.safeInvoke()),
      await clock.runUntil(quote.safeInvoke()),
    ]

    expect(afterwards.meta.attempts).toHaveLength(2)
    expect(lastDecision(spentAgain)).toBe(SPENT)
  })

  it('earns tokens by time, so that a function with little traffic may retry', async () => {
    const { lambda, script, clock } = scene()
    const slow = { ...twoTokens, budget: { capacity: 1, perSuccess: 0, perSecond: 0.1 } }
    const quote = lambda('quote').retry(slow)
    script('quote').throttled()
    await clock.runUntil(quote.safeInvoke())

    await clock.advance('9s')
    expect(lastDecision(await clock.runUntil(quote.safeInvoke()))).toBe(SPENT)
    await clock.advance('1s')
    expect((await clock.runUntil(quote.safeInvoke())).meta.attempts).toHaveLength(2)
  })

  it('holds no more than its capacity, however long it was left alone', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry(twoTokens).circuitBreaker(false)
    script('quote').throttled()
    await clock.runUntil(quote.safeInvoke())
    for (let i = 0; i < 9; i++) script('quote').replies()
    for (let i = 0; i < 9; i++) await clock.runUntil(quote.safeInvoke())
    await clock.advance('1h')
    script('quote').throttled()

    const results = []
    for (let i = 0; i < 3; i++) results.push(await clock.runUntil(quote.safeInvoke()))

    expect(results.map(({ meta }) => meta.attempts.length)).toEqual([2, 2, 1])
  })

  it('spends nothing on a retry that is refused for another reason', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry({
      ...twoTokens,
      budget: { capacity: 1, perSuccess: 0, perSecond: 0 },
    })
    script('quote')
      .fails('ServiceUnavailable')
      .fails('AccessDeniedException')
      .fails('HostNotFound')
      .throttled()

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.deadline(50).safeInvoke())

    expect((await clock.runUntil(quote.safeInvoke())).meta.attempts).toHaveLength(2)
  })
})
