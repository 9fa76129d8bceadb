import { describe, expect, it } from 'vitest'
import { errorOf, lastDecision, scene, STEADY } from './scene.js'

describe('given retry and deadline', () => {
  it('does not begin a wait that the deadline would cut, and says so', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').deadline(100).retry(STEADY)
    script('quote').fails('HostNotFound')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'HostNotFound', elapsedMs: 0 })
    expect(lastDecision(result)).toBe(
      'the wait of 100 ms and another attempt cannot end within the 100 ms that remain',
    )
  })

  it('uses every millisecond that is enough', async () => {
    const { lambda, script, clock } = scene()
    script('quote').fails('HostNotFound').replies('just in time')

    const result = await clock.runUntil(lambda('quote').deadline(101).retry(STEADY).safeInvoke())

    expect(result).toMatchObject({ ok: true, value: 'just in time' })
  })

  it('does not begin an attempt for which the answers so far leave too little time', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').retry(STEADY)
    for (let i = 0; i < 5; i++) {
      script('quote').after(300).replies('slow but well')
      await clock.runUntil(quote.safeInvoke())
    }
    script('quote').fails('HostNotFound')

    const hopeless = await clock.runUntil(quote.safeInvoke(undefined, { deadline: 400 }))
    const hopeful = await clock.runUntil(quote.safeInvoke(undefined, { deadline: 401 }))

    expect(hopeless.meta.attempts).toHaveLength(1)
    expect(hopeful.meta.attempts).toHaveLength(2)
  })

  it('fails at once when the service asks for a longer wait than remains, and hands the hint on', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled({ retryAfter: '30s' })

    const result = await clock.runUntil(lambda('quote').deadline('5s').safeInvoke())

    expect(errorOf(result)).toMatchObject({
      code: 'TooManyRequestsException',
      retryAfterMs: 30_000,
      elapsedMs: 0,
    })
  })

  it('waits as long as the service asks when there is time', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled({ retryAfter: '30s' }).replies('patience')

    const result = await clock.runUntil(lambda('quote').deadline('40s').retry(STEADY).safeInvoke())

    expect(result).toMatchObject({ ok: true, value: 'patience', meta: { durationMs: 30_000 } })
  })

  it('cuts the attempt that is under way at the deadline, with the story of all attempts', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').deadline('1s').retry(STEADY)
    script('quote').throttled().hangs()

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: true, elapsedMs: 1_000 })
    expect(errorOf(result).attempts).toMatchObject([
      { code: 'TooManyRequestsException', ran: 'no', durationMs: 0 },
      { code: 'DeadlineExceeded', ran: 'maybe', startedMs: 100, durationMs: 900 },
    ])
  })

  it('never repeats after the deadline, not even what is idempotent', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .idempotent()
      .deadline('1s')
      .retry({ ...STEADY, retryIf: () => true })
    script('quote').hangs()

    await clock.runUntil(quote.safeInvoke())
    await clock.advance('1m')

    expect(script('quote').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('answers by the deadline although the transport never does', async () => {
    const { lambda, clock } = scene({ transport: () => new Promise(() => {}), bulkhead: false })
    const quote = lambda('quote').bulkhead(false).circuitBreaker(false).deadline('1s')

    expect(errorOf(await clock.runUntil(quote.safeInvoke()))).toMatchObject({ elapsedMs: 1_000 })
  })

  it('answers by the deadline although retryIf never does, and gives the place back', async () => {
    const { lambda, script, clock } = scene()
    const stuck = lambda('quote')
      .deadline('1s')
      .bulkhead({ concurrency: 1, queue: 0 })
      .retry({ retryIf: () => new Promise(() => {}) })
    script('quote').throttled().replies('next')

    const result = await clock.runUntil(stuck.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: false, elapsedMs: 1_000 })
    expect(await clock.runUntil(stuck.invoke())).toBe('next')
  })
})
