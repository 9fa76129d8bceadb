import { describe, expect, it } from 'vitest'
import type { FailureCode } from 'resilient-lambda'
import { errorOf, scene, STEADY } from './scene.js'

const NEVER = (): Promise<never> => new Promise(() => {})
const REFUSE = (): never => {
  throw new Error('no')
}

describe('given fallback and deadline', () => {
  it('answers in the moment in which the deadline passes', async () => {
    const { lambda, script, clock } = scene()
    script('quote').hangs()

    const result = await clock.runUntil(lambda('quote').deadline('2s').fallback('stale').safeInvoke())

    expect(result).toMatchObject({ ok: true, value: 'stale', meta: { fallback: true, durationMs: 2_000 } })
    expect(clock.pending).toBe(0)
  })

  it('gives the fallback a short time of its own, and then the first failure', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').deadline('2s').fallback(NEVER, { limit: 300 })
    script('quote').hangs()

    const error = errorOf(await clock.runUntil(quote.safeInvoke()))

    expect(error).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: true, elapsedMs: 2_300 })
    expect(error.message).toContain('the fallback failed too: the fallback gave no answer within 300 ms')
    expect(clock.pending).toBe(0)
  })

  it('does not hurry the fallback when the call failed early', async () => {
    const { lambda, script, clock } = scene()
    script('quote').fails('AccessDeniedException').throttled()
    const slow = () => new Promise<string>((resolve) => void clock.setTimer(900, () => resolve('slow')))
    const quote = lambda('quote').deadline(500).retry(false).fallback(slow)

    expect(errorOf(await clock.runUntil(quote.safeInvoke())).kind).toBe('permission')
    expect(await clock.runUntil(quote.invoke())).toBe('slow')
  })
})

describe('given fallback and everything else', () => {
  it.each<[FailureCode, number]>([
    ['TooManyRequestsException', 3],
    ['HostNotFound', 4],
    ['ResourceConflictException', 4],
    ['ServiceUnavailable', 1],
    ['Sandbox.Timedout', 1],
  ])('answers for %s once the retries are over, after %i requests', async (code, requests) => {
    const { lambda, script, clock } = scene()
    script('quote').fails(code)

    expect(await clock.runUntil(lambda('quote').retry(STEADY).fallback(null).invoke())).toBeNull()
    expect(script('quote').requests).toHaveLength(requests)
  })

  it.each<FailureCode>(['ResourceNotFoundException', 'AccessDeniedException', 'InvalidRuntimeException'])(
    'does not cover up %s, which is a mistake',
    async (code) => {
      const { lambda, script, clock } = scene()
      script('quote').fails(code)

      expect(errorOf(await clock.runUntil(lambda('quote').fallback(null).safeInvoke())).code).toBe(code)
    },
  )

  it('answers for an open circuit, a full bulkhead and a reply that nobody understands', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').fallback('instead')
    script('quote').after('1s').replies('not what the codec takes')

    const full = quote.bulkhead({ concurrency: 1, queue: 0 })
    const [first, second] = [full.invoke(), full.invoke()]
    expect(await second).toBe('instead')
    expect(await clock.runUntil(first)).toBe('not what the codec takes')
    expect(await clock.runUntil(quote.codec({ encode: () => '{}', decode: REFUSE }).invoke())).toBe('instead')
    quote.circuit?.open()
    expect(await quote.invoke()).toBe('instead')
  })

  it('asks another function only where a repeat is safe', async () => {
    const { lambda, script, clock } = scene()
    script('eu').throttled().fails('ServiceUnavailable').fails('ServiceUnavailable')
    script('us').replies('from the other side')
    const quote = lambda('eu').retry(false).fallback(lambda('us'))

    expect(await clock.runUntil(quote.invoke())).toBe('from the other side')
    expect(errorOf(await clock.runUntil(quote.safeInvoke())).code).toBe('ServiceUnavailable')
    expect(script('us').requests).toHaveLength(1)
    expect(await clock.runUntil(quote.idempotent().invoke())).toBe('from the other side')
  })

  it('says that it may have run when the other function may have', async () => {
    const { lambda, script, clock } = scene()
    script('eu').throttled()
    script('us').fails('ServiceUnavailable').throttled().hangs()
    const quote = lambda('eu').retry(false).fallback(lambda('us').retry(false))

    const mayHaveRun = async (): Promise<boolean> =>
      errorOf(await clock.runUntil(quote.safeInvoke())).mayHaveRun

    expect(await mayHaveRun()).toBe(true)
    expect(await mayHaveRun()).toBe(false)
    expect(await mayHaveRun()).toBe(true)
  })

  it('says so too when the caller gives up while the other function is running', async () => {
    const { lambda, script, clock } = scene()
    script('eu').throttled()
    script('us').hangs()
    const caller = new AbortController()
    const quote = lambda('eu').retry(false).fallback(lambda('us'))
    clock.setTimer(500, () => caller.abort())

    const result = await clock.runUntil(quote.safeInvoke(undefined, { signal: caller.signal }))

    expect(errorOf(result)).toMatchObject({ code: 'Aborted', mayHaveRun: true, elapsedMs: 500 })
  })

  it('stops the other function when its time is over', async () => {
    const { lambda, script, clock } = scene()
    script('eu').throttled()
    script('us').after('5s').replies('too late')
    const quote = lambda('eu').retry(false).fallback(lambda('us'), { limit: '1s' })

    expect(errorOf(await clock.runUntil(quote.safeInvoke())).code).toBe('TooManyRequestsException')
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('hands the error with its whole story to a fallback that asks', async () => {
    const { lambda, script, clock } = scene()
    script('quote').throttled()
    const quote = lambda('quote')
      .retry(STEADY)
      .fallback(({ error }) => error.attempts.length)

    expect(await clock.runUntil(quote.invoke())).toBe(3)
  })
})
