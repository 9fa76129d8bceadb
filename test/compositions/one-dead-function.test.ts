import { describe, expect, it } from 'vitest'
import type { FailureCode, Result } from 'resilient-lambda'
import { scene, type Scene } from './scene.js'

const CALLS = 200

/** Makes all calls, `atOnce` of them in flight at any time. */
async function callAll({ lambda, clock }: Scene, atOnce: number): Promise<Result<unknown>[]> {
  const quote = lambda('quote').idempotent().retry({ attempts: 3 })
  const results: Result<unknown>[] = []
  let left = CALLS
  const worker = async (): Promise<void> => {
    while (left-- > 0) results.push(await quote.safeInvoke())
  }
  await clock.runUntil(Promise.all(Array.from({ length: atOnce }, worker)))
  return results
}

describe('given 200 calls of a dead function, idempotent, with 3 attempts each', () => {
  it.each<FailureCode>(['ServiceUnavailable', 'ConnectionRefused', 'Sandbox.Timedout'])(
    'sends 7 requests when they come one after the other and meet %s',
    async (code) => {
      const stage = scene({ defaults: { retry: { functionErrors: true } } })
      stage.script('quote').fails(code)

      const results = await callAll(stage, 1)

      // The seventh failure in a row opens the circuit, in the fourth call: the budget pays for three retries.
      expect(stage.script('quote').requests).toHaveLength(7)
      expect(results.slice(0, 4).map(({ meta }) => meta.attempts.length)).toEqual([3, 2, 1, 1])
      expect(results.filter(({ meta }) => meta.attempts.length === 0)).toHaveLength(CALLS - 4)
    },
  )

  // Those that fail together count as one in a row, so that n at once may send 7 n; but not more than the 20 that make a
  // rate, and what is in flight when the last of them fails: n - 1.
  it.each([
    { atOnce: 2, atMost: 14 },
    { atOnce: 3, atMost: 21 },
    { atOnce: 10, atMost: 29 },
  ])(
    'sends at most $atMost with $atOnce in flight, each request taking 200 ms',
    async ({ atOnce, atMost }) => {
      const stage = scene()
      stage.script('quote').after(200).fails('ServiceUnavailable')

      await callAll(stage, atOnce)

      const sent = stage.script('quote').requests.length
      expect(sent).toBeGreaterThanOrEqual(7)
      expect(sent).toBeLessThanOrEqual(atMost)
    },
  )

  it('sends as many as the bulkhead has places when all come at once, and no retry', async () => {
    const stage = scene()
    stage.script('quote').after(200).fails('ServiceUnavailable')

    await callAll(stage, CALLS)

    expect(stage.script('quote').requests).toHaveLength(100)
  })

  it('goes on asking whether it is well again, with one failed probe at a time', async () => {
    const stage = scene()
    stage.clock.random = () => 0
    stage.script('quote').fails('ServiceUnavailable')
    const quote = stage.lambda('quote').idempotent()
    for (let second = 0; second < CALLS; second++) {
      await stage.clock.runUntil(quote.safeInvoke())
      await stage.clock.advance('1s')
    }

    // 7 open it, in the first three calls; open for 1.2 s, it has every other of the remaining 197 for a probe, which no
    // retry follows.
    expect(stage.script('quote').requests).toHaveLength(7 + 98)
  })
})

/** 100 calls of the healthy one, a new one every 10 ms, each answered after 50 ms. */
async function callHealthy({ lambda, script, clock }: Scene): Promise<Result<unknown>[]> {
  script('healthy').after(50).replies('well')
  const calls: Promise<Result<unknown>>[] = []
  for (let i = 0; i < 100; i++) {
    script('healthy').after(50).replies('well')
    calls.push(lambda('healthy').safeInvoke())
    await clock.advance(10)
  }
  return clock.runUntil(Promise.all(calls))
}

describe('given a dead function beside a healthy one', () => {
  it.each(['fails', 'hangs', 'is slow to fail'])(
    'the healthy one loses nothing while the other %s',
    async (how) => {
      const stage = scene()
      const { lambda, script } = stage
      if (how === 'fails') script('dead').fails('ServiceUnavailable')
      else if (how === 'hangs') script('dead').hangs()
      else script('dead').after('30s').fails('ServiceUnavailable')
      const dead = Array.from({ length: 300 }, () => lambda('dead').idempotent().deadline('2m').safeInvoke())

      const results = await callHealthy(stage)

      expect(results.filter(({ ok }) => ok)).toHaveLength(100)
      expect(new Set(results.map(({ meta }) => meta.durationMs))).toEqual(new Set([50]))
      expect(new Set(results.map(({ meta }) => meta.queuedMs))).toEqual(new Set([0]))
      expect(lambda('healthy').circuit?.snapshot()).toMatchObject({
        state: 'closed',
        calls: 100,
        failures: 0,
      })
      await stage.clock.runUntil(Promise.all(dead))
    },
  )

  it('the healthy one still has all its tokens when the other has spent its own', async () => {
    const { lambda, script, clock } = scene({ defaults: { circuitBreaker: false } })
    script('dead').fails('HostNotFound')
    for (let i = 0; i < 10; i++) await clock.runUntil(lambda('dead').safeInvoke())
    expect((await clock.runUntil(lambda('dead').safeInvoke())).meta.attempts).toHaveLength(1)

    script('healthy').fails('HostNotFound')
    const attempts: number[] = []
    for (let i = 0; i < 3; i++)
      attempts.push((await clock.runUntil(lambda('healthy').safeInvoke())).meta.attempts.length)
    // Four retries in a row that fail: three in the first call, and one in the second.
    expect(attempts).toEqual([4, 2, 1])
  })
})
