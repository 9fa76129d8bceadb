import { describe, expect, it, vi } from 'vitest'
import { createInvoker, InvalidSettingError, type Codec } from 'resilient-lambda'
import { failureOf, scripted } from './support.js'

describe('the deadline', () => {
  it('is 60 seconds', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const error = await clock.runUntil(failureOf(lambda('quote').invoke()))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: true, elapsedMs: 60_000 })
  })

  it('says how long the call had waited for a place, where it cuts that wait', async () => {
    const { script, clock } = scripted()
    script('quote').hangs()
    // Nobody listens, which would take a turn longer.
    const lambda = createInvoker({ transport: script.transport, clock })
    const alone = lambda('quote').retry(false).adaptive(false).circuitBreaker(false).deadline('9s')
    for (const chain of [alone.bulkhead({ concurrency: 1 }), alone.adaptive({ initial: 1, max: 1 })]) {
      const first = chain.safeInvoke()
      const second = await clock.runUntil(chain.deadline('2s').safeInvoke())
      expect(second).toMatchObject({ error: { code: 'DeadlineExceeded' }, meta: { queuedMs: 2_000 } })
      await clock.runUntil(first)
    }
  })

  it('counts the time of the codec, and no attempt does', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').replies(1)
    const now = vi.spyOn(clock, 'now')
    const slow: Codec = {
      encode(value) {
        const encoded = JSON.stringify(value)
        now.mockImplementation(() => 300)
        return Buffer.from(encoded)
      },
      decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
    }
    const alone = lambda('quote').retry(false).adaptive(false).circuitBreaker(false)
    const { meta } = await alone.codec(slow).deadline('2s').timeout('1s').safeInvoke(1)
    expect(meta.attempts).toMatchObject([{ startedMs: 300, durationMs: 0 }])
  })

  it('can be set for one call, which leaves the chain as it is', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const chain = lambda('quote').deadline('9s')
    const { signal } = new AbortController()
    const short = await clock.runUntil(failureOf(chain.invoke(1, { deadline: '2s', signal })))
    expect(short).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 2_000 })
    const long = await clock.runUntil(failureOf(chain.invoke(1)))
    expect(long).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 9_000 })
  })

  it('for one call is heard together with its signal', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const controller = new AbortController()
    const failed = failureOf(lambda('quote').invoke(1, { deadline: '2s', signal: controller.signal }))
    await clock.advance('1s')
    controller.abort()
    expect(await failed).toMatchObject({ code: 'Aborted', elapsedMs: 1_000 })
  })

  it('may be the time that remains to a Lambda function, less half a second to answer in', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const error = await clock.runUntil(failureOf(lambda('quote').deadline(contextWith(3_000)).invoke()))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 2_500 })
  })

  it('may leave another reserve', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const chain = lambda('quote').deadline(contextWith(3_000), { reserve: '1s' })
    expect(await clock.runUntil(failureOf(chain.invoke()))).toMatchObject({ elapsedMs: 2_000 })
    const none = lambda('quote').deadline(contextWith(3_000), { reserve: 0 })
    expect(await clock.runUntil(failureOf(none.invoke()))).toMatchObject({ elapsedMs: 3_000 })
  })

  it('refuses a reserve where no Lambda context needs one', () => {
    const chain = scripted().lambda('quote') as unknown as Loose
    expect(() => chain.deadline('2s', { reserve: '1s' })).toThrow(
      new InvalidSettingError('deadline.reserve', '1s', 'left out: only a Lambda context has a reserve'),
    )
    expect(() => chain.deadline('2s', {})).not.toThrow()
  })

  it.each([
    [{ resrve: '1s' }, "deadline has no setting 'resrve'. It takes: reserve."],
    [{ reserve: 'some' }, 'deadline.reserve must be a duration'],
    [null, 'deadline must be an object with any of: reserve, but was null.'],
    ['1s', "deadline must be an object with any of: reserve, but was '1s'."],
  ])('refuses %j in place of a reserve', (options, message) => {
    const chain = scripted().lambda('quote') as unknown as Loose
    for (const limit of [contextWith(3_000), '2s']) {
      expect(() => chain.deadline(limit, options)).toThrow(InvalidSettingError)
      expect(() => chain.deadline(limit, options)).toThrow(message)
    }
  })

  it('reads the time that remains at each call', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const chain = lambda('quote').deadline({ getRemainingTimeInMillis: () => 10_000 - clock.now() })
    expect(await clock.runUntil(failureOf(chain.deadline('4s').invoke()))).toMatchObject({ elapsedMs: 4_000 })
    expect(await clock.runUntil(failureOf(chain.invoke()))).toMatchObject({ elapsedMs: 5_500 })
  })

  it('takes a Lambda context for one call as well', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const call = lambda('quote').invoke(1, { deadline: contextWith(3_000) })
    expect(await clock.runUntil(failureOf(call))).toMatchObject({ elapsedMs: 2_500 })
  })

  it('that has passed already sends nothing', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const error = await failureOf(lambda('quote').deadline(contextWith(400)).invoke())
    expect(error).toMatchObject({ code: 'DeadlineExceeded', mayHaveRun: false, attempts: [] })
    expect(error.message).toContain('no time was left to begin with')
    expect(script('quote').requests).toEqual([])
  })

  it('can be taken away', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').after('2h').replies(1)
    expect(await clock.runUntil(lambda('quote').deadline(false).invoke())).toBe(1)
  })
})

/** A chain as someone without types sees it. */
interface Loose {
  deadline(limit: unknown, options: unknown): unknown
}

function contextWith(remainingMs: number): { getRemainingTimeInMillis: () => number } {
  return { getRemainingTimeInMillis: () => remainingMs }
}
