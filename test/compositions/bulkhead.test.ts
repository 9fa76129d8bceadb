import { describe, expect, it } from 'vitest'
import { errorOf, scene, STEADY } from './scene.js'

const onePlace = { concurrency: 1, queue: 5, maxWait: '1m' } as const

describe('given bulkhead and deadline', () => {
  it('answers a call by its deadline while it waits for a place: nothing was sent, nothing has run', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').bulkhead(onePlace)
    script('quote').after('5s').replies('first')
    const first = quote.invoke()

    const second = await clock.runUntil(quote.deadline('1s').safeInvoke())

    expect(errorOf(second)).toMatchObject({
      code: 'DeadlineExceeded',
      mayHaveRun: false,
      elapsedMs: 1_000,
      attempts: [],
    })
    expect(second.meta.queuedMs).toBe(1_000)
    expect(await clock.runUntil(first)).toBe('first')
    expect(script('quote').requests).toHaveLength(1)
  })

  it('takes such a call out of the queue, so that the next in line gets the place', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').bulkhead(onePlace)
    script('quote').after('5s').replies('first').replies('third')
    const calls = [quote.invoke(1), quote.deadline('1s').safeInvoke(2), quote.invoke(3)]

    await clock.runUntil(Promise.all(calls))

    expect(script('quote').requests.map(({ payload }) => payload)).toEqual([1, 3])
    expect(clock.now()).toBe(5_000)
    expect(clock.pending).toBe(0)
  })

  it('hands on the place of a call that the deadline cut', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').bulkhead(onePlace)
    script('quote').hangs().replies('at last')
    const stuck = quote.deadline('2s').safeInvoke()

    const next = await clock.runUntil(quote.safeInvoke())

    expect(next).toMatchObject({ ok: true, value: 'at last', meta: { queuedMs: 2_000, durationMs: 2_000 } })
    expect(errorOf(await stuck).code).toBe('DeadlineExceeded')
  })

  it('sends nothing for calls that get a place only as their own deadline passes', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').bulkhead(onePlace).deadline('2s')
    script('quote').hangs()
    const calls = [quote.safeInvoke(1), quote.safeInvoke(2), quote.safeInvoke(3)]

    const results = await clock.runUntil(Promise.all(calls))

    expect(results.map((result) => errorOf(result).mayHaveRun)).toEqual([true, false, false])
    expect(script('quote').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('hands it on although the transport ignores that it was cancelled', async () => {
    let requests = 0
    const { lambda, clock } = scene({
      transport: () =>
        ++requests === 1 ? new Promise(() => {}) : Promise.resolve({ ok: true, value: undefined, reply: {} }),
      bulkhead: { concurrency: 1 },
    })
    const stuck = lambda('quote').deadline('2s').safeInvoke()

    const next = await clock.runUntil(lambda('order').safeInvoke())

    expect(next).toMatchObject({ ok: true, meta: { queuedMs: 2_000 } })
    expect((await stuck).ok).toBe(false)
  })
})

describe('given bulkhead and retry', () => {
  it('keeps the place through all attempts and waits, so that retries push nobody aside', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').bulkhead(onePlace).retry(STEADY)
    script('quote').throttled().throttled().replies('first').replies('second')
    const first = quote.safeInvoke(1)

    const second = await clock.runUntil(quote.safeInvoke(2))

    expect(script('quote').requests.map(({ payload }) => payload)).toEqual([1, 1, 1, 2])
    expect((await first).meta.durationMs).toBe(200)
    expect(second.meta.queuedMs).toBe(200)
    expect(second.meta.attempts).toMatchObject([{ startedMs: 200, durationMs: 0 }])
  })

  it('does not retry for a place: the queue is where to wait for one', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .bulkhead({ concurrency: 1, queue: 0 })
      .retry({ ...STEADY, retryIf: () => true })
    script('quote').after('1s').replies()
    const first = quote.invoke()

    const second = await quote.safeInvoke()

    expect(errorOf(second)).toMatchObject({ code: 'BulkheadFull', mayHaveRun: false, elapsedMs: 0 })
    await clock.runUntil(first)
    expect(script('quote').requests).toHaveLength(1)
  })

  it('frees the place when the retries are over, however they ended', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote')
      .bulkhead({ concurrency: 1, queue: 0 })
      .retry({ ...STEADY, attempts: 2 })
    script('quote').throttled().throttled().fails('AccessDeniedException').replies('free')

    await clock.runUntil(quote.safeInvoke())
    await clock.runUntil(quote.safeInvoke())

    expect(await clock.runUntil(quote.invoke())).toBe('free')
  })
})

describe('given bulkhead and an observer that gives up for a call', () => {
  it('gives the place back once, when the call has just got it', async () => {
    const { lambda, script, clock } = scene()
    script('quote').after('1s').replies('first').after('1s').replies('third').after('1s').replies('fourth')
    const quote = lambda('quote').bulkhead(onePlace)
    const caller = new AbortController()
    const first = quote.invoke(1)
    const second = quote
      .observe(({ type }) => type === 'attempt.started' && caller.abort())
      .safeInvoke(2, { signal: caller.signal })
    const others = [quote.invoke(3), quote.invoke(4)]

    await clock.runUntil(Promise.all([first, ...others]))

    expect(errorOf(await second)).toMatchObject({ code: 'Aborted', mayHaveRun: false })
    expect(script('quote').requests.map(({ payload }) => payload)).toEqual([1, 3, 4])
    expect(clock.now()).toBe(3_000)
  })
})
