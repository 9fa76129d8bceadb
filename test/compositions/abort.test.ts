import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import type { Clock } from 'resilient-lambda/policies'
import { createScript, fakeClock } from 'resilient-lambda/testing'
import { errorOf, scene, STEADY } from './scene.js'

describe('given a caller who gives up', () => {
  it('sends nothing when that was before the call', async () => {
    const { lambda, script } = scene()

    const result = await lambda('quote').safeInvoke(undefined, { signal: AbortSignal.abort('no need') })

    expect(errorOf(result)).toMatchObject({
      code: 'Aborted',
      mayHaveRun: false,
      elapsedMs: 0,
      cause: 'no need',
    })
    expect(script('quote').requests).toHaveLength(0)
  })

  it.each([
    ['its function', { functions: { quote: { bulkhead: { concurrency: 1 } } } }],
    ['the client', { bulkhead: { concurrency: 1 } }],
  ])('leaves the queue for a place of %s at once', async (_, options) => {
    const { lambda, script, clock } = scene(options)
    const quote = lambda('quote')
    script('quote').after('5s').replies('first').replies('third')
    const caller = new AbortController()
    clock.setTimer(500, () => caller.abort())
    const others = [quote.invoke(1)]
    const queued = quote.safeInvoke(2, { signal: caller.signal })
    others.push(quote.invoke(3))

    const result = await clock.runUntil(queued)

    expect(errorOf(result)).toMatchObject({ code: 'Aborted', mayHaveRun: false, elapsedMs: 500 })
    expect(await clock.runUntil(Promise.all(others))).toEqual(['first', 'third'])
    expect(script('quote').requests.map(({ payload }) => payload)).toEqual([1, 3])
  })

  it('does not wait for a retry any longer, and leaves no timer', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled()
    const caller = new AbortController()
    clock.setTimer(50, () => caller.abort())
    const call = lambda('quote').retry(STEADY).safeInvoke(undefined, { signal: caller.signal })

    const result = await clock.runUntil(call)

    expect(errorOf(result)).toMatchObject({ code: 'Aborted', mayHaveRun: false, elapsedMs: 50 })
    expect(script('quote').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('cuts the request in flight: nobody knows what it did, and the function is not to blame', async () => {
    const { lambda, script, clock, events } = scene()
    const quote = lambda('quote')
      .idempotent()
      .timeout('10s')
      .retry({ ...STEADY, retryIf: () => true })
      .circuitBreaker({ consecutiveFailures: 1 })
    script('quote').hangs()
    const caller = new AbortController()
    clock.setTimer(700, () => caller.abort(new Error('the user left')))

    const result = await clock.runUntil(quote.safeInvoke(undefined, { signal: caller.signal }))

    expect(errorOf(result)).toMatchObject({ code: 'Aborted', mayHaveRun: true, elapsedMs: 700 })
    expect(errorOf(result).cause).toMatchObject({ message: 'the user left' })
    expect(errorOf(result).attempts).toMatchObject([{ code: 'Aborted', ran: 'maybe', durationMs: 700 }])
    expect(events.map(({ type }) => type)).toContain('attempt.abandoned')
    expect(quote.circuit?.state).toBe('closed')
    expect(script('quote').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('makes no attempt when that is in the very moment in which the wait ends', async () => {
    const caller = new AbortController()
    const clock = fakeClock()
    const script = createScript()
    script('quote').throttled()
    const setTimer: Clock['setTimer'] = (ms, run) =>
      clock.setTimer(ms, () => {
        run()
        caller.abort()
      })
    const lambda = createInvoker({ transport: script.transport, clock: { ...clock, setTimer } })
    const quote = lambda('quote').deadline('1m').retry(STEADY)

    const result = await clock.runUntil(quote.safeInvoke(undefined, { signal: caller.signal }))

    expect(errorOf(result)).toMatchObject({ code: 'Aborted', mayHaveRun: false, elapsedMs: 100 })
    expect(script('quote').requests).toHaveLength(1)
  })

  it('asks no fallback, and stops the one that is being asked', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled()
    const caller = new AbortController()
    let stopped = false
    const quote = lambda('quote')
      .retry(false)
      .fallback(({ signal }) => {
        signal.addEventListener('abort', () => (stopped = true))
        return new Promise<never>(() => {})
      })
    clock.setTimer(300, () => caller.abort())

    const asked = await clock.runUntil(quote.safeInvoke(undefined, { signal: caller.signal }))
    expect(errorOf(asked)).toMatchObject({ code: 'Aborted', elapsedMs: 300 })
    expect(stopped).toBe(true)

    const before = await quote.fallback('never').safeInvoke(undefined, { signal: caller.signal })
    expect(errorOf(before).code).toBe('Aborted')
  })

  it('leaves no listener on the signal after a call that ended by itself', async () => {
    const { lambda, script, clock } = scene()
    script('quote').after('1s').replies().fails('AccessDeniedException')
    const { signal } = new AbortController()

    await clock.runUntil(lambda('quote').safeInvoke(undefined, { signal }))
    await clock.runUntil(lambda('quote').safeInvoke(undefined, { signal }))

    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('stops a hundred calls at once with one listener, and none is left', async () => {
    const { lambda, script, clock } = scene()
    script('quote').hangs()
    const caller = new AbortController()
    const listeners = (): number => getEventListeners(caller.signal, 'abort').length
    const calls = Array.from({ length: 100 }, () =>
      lambda('quote').safeInvoke(undefined, { signal: caller.signal }),
    )
    await clock.advance('1s')
    expect(listeners()).toBe(1)

    caller.abort()

    expect((await Promise.all(calls)).every((result) => errorOf(result).elapsedMs === 1_000)).toBe(true)
    expect(listeners()).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
