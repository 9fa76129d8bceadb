import { describe, expect, it } from 'vitest'
import { errorOf, lastDecision, scene, STEADY } from './scene.js'

describe('given retry and breaker', () => {
  const twoInARow = { consecutiveFailures: 2, openFor: '10s', probes: 1 } as const

  it('stops retrying when the circuit opens in the middle of a call, and tells of the function, not of the circuit', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .idempotent()
      .retry({ ...STEADY, attempts: 5 })
      .circuitBreaker(twoInARow)
    script('quote').fails('ServiceUnavailable')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(script('quote').requests).toHaveLength(2)
    expect(errorOf(result)).toMatchObject({ code: 'ServiceUnavailable', mayHaveRun: true })
    expect(errorOf(result).attempts).toHaveLength(2)
    expect(lastDecision(result)).toBe('the circuit is open')
    expect(errorOf(result).retryAfterMs).toBeGreaterThan(7_000)
  })

  it('refuses later calls without a request and without a wait', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ ...STEADY, attempts: 5 })
      .circuitBreaker(twoInARow)
    script('quote').fails('HostNotFound')
    await clock.runUntil(quote.safeInvoke())
    const before = clock.now()

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'CircuitOpen', mayHaveRun: false, attempts: [] })
    expect(clock.now()).toBe(before)
    expect(script('quote').requests).toHaveLength(2)
  })

  it('lets one retry be the probe that closes the circuit again', async () => {
    const { lambda, script, clock } = scene()
    const patient = { ...STEADY, attempts: 5, baseDelay: '11s', maxDelay: '11s' } as const
    const quote = lambda('quote').retry(patient).circuitBreaker(twoInARow)
    script('quote').fails('HostNotFound').fails('HostNotFound').replies('well')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(result).toMatchObject({ ok: true, value: 'well' })
    expect(quote.circuit?.state).toBe('closed')
  })

  it('opens it again when the probe fails, and leaves it at that one request', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ ...STEADY, attempts: 3 })
      .circuitBreaker(twoInARow)
    script('quote').fails('HostNotFound')
    await clock.runUntil(quote.safeInvoke())
    await clock.advance('12s')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result).code).toBe('HostNotFound')
    expect(script('quote').requests).toHaveLength(3)
    expect(quote.circuit?.snapshot()).toMatchObject({ state: 'open', openings: 2 })
  })

  it('retries throttles for as long as it may, since they say nothing about the function', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ ...STEADY, attempts: 5, budget: false })
      .circuitBreaker({ consecutiveFailures: 1 })
    script('quote').throttled()

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result).code).toBe('TooManyRequestsException')
    expect(script('quote').requests).toHaveLength(5)
    expect(quote.circuit?.snapshot()).toMatchObject({ state: 'closed', calls: 0 })
  })

  it('leaves a circuit half-open when its probe is throttled: only an answer may close it', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry(false)
      .circuitBreaker({ ...twoInARow, consecutiveFailures: 1 })
    script('quote').fails('ServiceUnavailable').throttled().replies('well')
    await clock.runUntil(quote.safeInvoke())
    await clock.advance('12s')

    expect(errorOf(await clock.runUntil(quote.safeInvoke())).code).toBe('TooManyRequestsException')
    expect(quote.circuit?.state).toBe('half-open')
    expect((await clock.runUntil(quote.safeInvoke())).ok).toBe(true)
    expect(quote.circuit?.state).toBe('closed')
  })

  it('counts the failures of calls that are not idempotent, which are never repeated', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .retry({ ...STEADY, attempts: 5 })
      .circuitBreaker(twoInARow)
    script('quote').fails('ServiceUnavailable')

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())

    expect(script('quote').requests).toHaveLength(2)
    expect(quote.circuit?.state).toBe('open')
  })

  it('waits for an open circuit only where retryIf asks for it, and then as long as the circuit says', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').circuitBreaker({ consecutiveFailures: 1, openFor: '10s', probes: 1 })
    script('quote').fails('ServiceUnavailable').replies('well')
    await clock.runUntil(quote.safeInvoke())
    const openForMs = quote.circuit?.snapshot().retryAfterMs

    const impatient = await clock.runUntil(quote.retry(STEADY).safeInvoke())
    const patient = await clock.runUntil(quote.retry({ ...STEADY, retryIf: () => true }).safeInvoke())

    expect(errorOf(impatient)).toMatchObject({ code: 'CircuitOpen', elapsedMs: 0 })
    expect(patient).toMatchObject({ ok: true, value: 'well', meta: { durationMs: openForMs } })
  })

  it('never lets retryIf repeat what is not safe', async () => {
    const { lambda, script, clock } = scene()
    const eager = { ...STEADY, attempts: 5, retryIf: () => true }
    script('quote').fails('ServiceUnavailable')

    const result = await clock.runUntil(lambda('quote').retry(eager).safeInvoke())

    expect(lastDecision(result)).toBe('it may have run, and the call is not declared idempotent')
    expect(script('quote').requests).toHaveLength(1)
  })
})
