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

  it('closes again after a probe that takes longer than the circuit may stay open', async () => {
    const { lambda, script, clock } = scene()
    const report = lambda('report').deadline('5m').circuitBreaker({ consecutiveFailures: 1, probes: 1 })
    script('report').fails('ServiceUnavailable').after('90s').replies('well')
    await clock.runUntil(report.safeInvoke())
    await clock.advance('5s')

    const probe = report.invoke()
    await clock.advance('80s')
    expect(errorOf(await report.safeInvoke()).message).toContain('the circuit is half-open')

    expect(await clock.runUntil(probe)).toBe('well')
    expect(report.circuit?.snapshot()).toMatchObject({ state: 'closed', openings: 0 })
  })

  it('gives a probe without a deadline as long as the circuit may stay open', async () => {
    const { lambda, script, clock } = scene()
    const report = lambda('report').deadline(false).circuitBreaker({ consecutiveFailures: 1, probes: 1 })
    script('report').fails('ServiceUnavailable').after('90s').replies('late')
    await clock.runUntil(report.safeInvoke())
    await clock.advance('5s')

    const probe = report.invoke()
    await clock.advance('61s')
    await report.safeInvoke()
    expect(report.circuit?.snapshot()).toMatchObject({ state: 'open', openings: 2 })
    expect(await clock.runUntil(probe)).toBe('late')
  })

  it('does not wait for an open circuit: it says when to come back', async () => {
    const { lambda, script, clock } = scene()
    clock.random = () => 0
    const quote = lambda('quote').deadline('1m').circuitBreaker(twoInARow)
    script('quote').fails('ServiceUnavailable')
    await clock.runUntil(quote.retry(false).safeInvoke())
    await clock.runUntil(quote.retry(false).safeInvoke())

    const result = await quote.safeInvoke()

    expect(errorOf(result)).toMatchObject({ code: 'CircuitOpen', retryAfterMs: 10_000, elapsedMs: 0 })
    expect(clock.pending).toBe(0)
  })

  it('cannot say when to come back to a circuit that was opened by hand', async () => {
    const { lambda, clock } = scene()
    const quote = lambda('quote').deadline('1m').circuitBreaker({ maxOpenFor: '30s' })
    lambda('quote').circuit?.open()

    const error = errorOf(await quote.safeInvoke())

    expect(error).toMatchObject({ code: 'CircuitOpen', elapsedMs: 0 })
    expect(error.retryAfterMs).toBeUndefined()
    expect(error.message).toContain('the circuit was opened by hand')
    expect(clock.pending).toBe(0)
  })
})
