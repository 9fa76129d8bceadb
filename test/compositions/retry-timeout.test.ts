import { describe, expect, it } from 'vitest'
import type { Transport } from 'resilient-lambda'
import { answered, failed } from 'resilient-lambda/policies'
import { errorOf, scene, STEADY } from './scene.js'

describe('given retry and timeout', () => {
  it('repeats an attempt that took too long when the call is idempotent', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').idempotent().timeout('1s').retry(STEADY)
    script('quote').hangs().replies('second')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(result).toMatchObject({ ok: true, value: 'second', meta: { durationMs: 1_100 } })
    expect(result.meta.attempts).toMatchObject([
      { code: 'AttemptTimedOut', ran: 'maybe', durationMs: 1_000 },
      { ran: 'yes' },
    ])
  })

  it('does not when it is not: the function may still be running', async () => {
    const { lambda, script, clock } = scene()
    script('quote').hangs()

    const result = await clock.runUntil(lambda('quote').timeout('1s').retry(STEADY).safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'AttemptTimedOut', mayHaveRun: true, elapsedMs: 1_000 })
    expect(script('quote').requests).toHaveLength(1)
  })

  it('repeats it all the same when the request never left', async () => {
    let requests = 0
    const transport: Transport = (_, { scope, attempt }) =>
      new Promise((resolve) => {
        // A socket that never connects: the transport sees that nothing goes out.
        if (attempt) attempt.ran = 'no'
        if (++requests === 2) resolve(answered(undefined))
        scope.onCancel((why) => resolve(failed(why)))
      })
    const { lambda, clock } = scene({ transport })

    const result = await clock.runUntil(lambda('quote').timeout('1s').retry(STEADY).safeInvoke())

    expect(result.meta.attempts).toMatchObject([{ code: 'AttemptTimedOut', ran: 'no' }, { ran: 'yes' }])
  })

  it('gives each attempt its own time', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').idempotent().timeout('1s').retry(STEADY)
    script('quote').after(900).fails('ServiceUnavailable').after(900).replies('slow')

    const result = await clock.runUntil(quote.safeInvoke())

    expect(result).toMatchObject({ ok: true, meta: { durationMs: 1_900 } })
  })

  it('lets an abandoned attempt answer into the void', async () => {
    const { lambda, script, clock, events } = scene()
    const quote = lambda('quote').idempotent().timeout('1s').retry(STEADY)
    script('quote').after('1.05s').replies('too late').replies('in time')

    expect(await clock.runUntil(quote.invoke())).toBe('in time')
    expect(events.filter(({ type }) => type === 'attempt.ended')).toHaveLength(2)
    expect(events.filter(({ type }) => type === 'attempt.abandoned')).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('says that it may have run when an earlier attempt may have, whatever the last one was told', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').idempotent().timeout('1s').retry(STEADY)
    script('quote').hangs().throttled()

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'TooManyRequestsException', mayHaveRun: true })
    expect(errorOf(result).verdict.ran).toBe('no')
  })

  it('leaves the last attempt to the deadline where that comes first', async () => {
    const { lambda, script, clock } = scene()
    const quote = lambda('quote').idempotent().deadline('1.5s').timeout('1s').retry(STEADY)
    script('quote').hangs()

    const result = await clock.runUntil(quote.safeInvoke())

    expect(errorOf(result)).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 1_500 })
    expect(errorOf(result).attempts.map(({ code }) => code)).toEqual(['AttemptTimedOut', 'DeadlineExceeded'])
  })
})
