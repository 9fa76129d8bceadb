import { describe, expect, it } from 'vitest'
import { errorOf, scene } from './scene.js'

const twoInARow = { consecutiveFailures: 2, openFor: '10s', probes: 1 } as const

describe('given breaker and timeout', () => {
  it('opens the circuit after attempts that took too long', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').timeout('1s').circuitBreaker(twoInARow)
    script('quote').hangs()

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())

    expect(quote.circuit?.state).toBe('open')
    expect(errorOf(await quote.safeInvoke()).code).toBe('CircuitOpen')
  })

  it('opens it anew when the probe takes too long', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').timeout('1s').circuitBreaker(twoInARow)
    script('quote').fails('ServiceUnavailable').fails('ServiceUnavailable').hangs()
    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())
    await clock.advance('12s')

    expect(errorOf(await clock.runUntil(quote.safeInvoke())).code).toBe('AttemptTimedOut')
    expect(quote.circuit?.snapshot()).toMatchObject({ state: 'open', openings: 2 })
  })

  it('counts slow answers where that is asked for, and leaves the answers alone', async () => {
    const { lambda, script, clock } = scene()
    const slowCalls = { duration: 500, rate: 1 } as const
    const quote = lambda('quote').timeout('1s').circuitBreaker({ minimumCalls: 2, slowCalls })
    script('quote').after(500).replies('slow').after(500).replies('slow')

    expect(await clock.runUntil(quote.invoke())).toBe('slow')
    expect(await clock.runUntil(quote.invoke())).toBe('slow')
    expect(quote.circuit?.state).toBe('open')
  })
})

describe('given breaker and deadline', () => {
  it('counts calls that the deadline cut while the function was running', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').deadline('1s').circuitBreaker(twoInARow)
    script('quote').hangs()

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())

    expect(quote.circuit?.state).toBe('open')
  })

  it('does not count calls whose deadline passed in a queue', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').circuitBreaker({ consecutiveFailures: 1 }).bulkhead({ concurrency: 1 })
    script('quote').after('3s').replies('slow')
    const first = quote.invoke()

    expect(errorOf(await clock.runUntil(quote.deadline('1s').safeInvoke())).code).toBe('DeadlineExceeded')
    expect(quote.circuit?.snapshot()).toMatchObject({ state: 'closed', calls: 0 })
    await clock.runUntil(first)
    expect(quote.circuit?.snapshot()).toMatchObject({ state: 'closed', calls: 1, failures: 0 })
  })

  it('does not stay half-open when the deadline cuts the probe', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').circuitBreaker({ ...twoInARow, consecutiveFailures: 1 })
    script('quote').fails('ServiceUnavailable').hangs().replies('well')
    await clock.runUntil(quote.safeInvoke())
    await clock.advance('12s')

    await clock.runUntil(quote.deadline('1s').safeInvoke())
    expect(quote.circuit?.state).toBe('open')

    await clock.advance('24s')
    expect(await clock.runUntil(quote.invoke())).toBe('well')
    expect(quote.circuit?.state).toBe('closed')
  })

  it('does not wait for an open circuit: it says when to come back', async () => {
    const { lambda, clock } = scene()
    const quote = lambda('quote').deadline('1m').circuitBreaker({ maxOpenFor: '30s' })
    quote.circuit?.open()

    const result = await quote.safeInvoke()

    expect(errorOf(result)).toMatchObject({ code: 'CircuitOpen', retryAfterMs: 30_000, elapsedMs: 0 })
    expect(clock.pending).toBe(0)
  })
})
