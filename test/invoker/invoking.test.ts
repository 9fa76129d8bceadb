import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createInvoker, InvalidSettingError, InvokeError, isInvokeError, type Fn } from 'resilient-lambda'
import { answered, failed, failure, type Policy } from 'resilient-lambda/policies'
import { surfaced } from '../core/surfaced.js'
import { failureOf, scripted } from './support.js'

describe('invoke()', () => {
  it('is resilient with no settings at all', async () => {
    const { lambda, script, clock } = scripted()
    script('ping').throttled().fails('HostUnreachable').replies('pong')
    expect(await clock.runUntil(lambda('ping').invoke())).toBe('pong')
    expect(clock.pending).toBe(0)
  })

  it('never repeats what may have run, unless that was declared to do no harm', async () => {
    const { lambda, script, clock } = scripted()
    script('charge').fails('ConnectionReset').replies(1)
    expect(await failureOf(lambda('charge').invoke())).toMatchObject({
      code: 'ConnectionReset',
      mayHaveRun: true,
    })
    script('quote').fails('ConnectionReset').replies(1)
    expect(await clock.runUntil(lambda('quote').idempotent().invoke())).toBe(1)
  })

  it('throws an InvokeError that tells the story', async () => {
    const { lambda, script } = scripted()
    script('quote').throws('TypeError', 'x is undefined')
    const error = await failureOf(lambda('quote:live').invoke({ secret: 'hush' }))
    expect(error).toBeInstanceOf(InvokeError)
    expect(isInvokeError(error)).toBe(true)
    expect(error).toMatchObject({
      name: 'InvokeError',
      kind: 'function',
      target: 'quote:live',
      mayHaveRun: true,
      remote: { errorType: 'TypeError', errorMessage: 'x is undefined' },
      attempts: [{ number: 1, code: 'FunctionError', decision: { action: 'stop' } }],
    })
    expect(error.message).toMatch(/"quote:live" failed: .*TypeError: x is undefined.* after 1 attempt in /)
    expect(JSON.stringify(error)).not.toContain('hush')
  })

  it('is a promise from the first: wrong options reject', async () => {
    const call = scripted()
      .lambda('quote')
      .invoke(1, { deadline: 'soon' as never })
    await expect(call).rejects.toBeInstanceOf(InvalidSettingError)
  })
})

describe("the caller's signal", () => {
  const reason = new Error('the client went away')

  function aborting(
    answer: 'hangs' | 'throttled',
    start: (chain: Fn<unknown, unknown>, signal: AbortSignal) => Promise<unknown>,
  ) {
    const world = scripted()
    world.script('quote')[answer]()
    const controller = new AbortController()
    const call = start(world.lambda('quote'), controller.signal)
    return { ...world, controller, failed: failureOf(call) }
  }

  it('that is aborted already sends nothing', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const error = await failureOf(lambda('quote').invoke(1, { signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({
      code: 'Aborted',
      kind: 'local',
      mayHaveRun: false,
      attempts: [],
      cause: reason,
    })
    expect(script('quote').requests).toEqual([])
  })

  it('ends a call in flight at once, which may have run', async () => {
    const { clock, controller, failed, events } = aborting('hangs', (quote, signal) =>
      quote.invoke(1, { signal }),
    )
    await clock.advance('1s')
    controller.abort(reason)
    expect(await failed).toMatchObject({ code: 'Aborted', mayHaveRun: true, cause: reason, elapsedMs: 1_000 })
    expect(events.map(({ type }) => type)).toContain('attempt.abandoned')
    expect(clock.pending).toBe(0)
  })

  it('ends a wait for a retry at once', async () => {
    const { script, clock, controller, failed } = aborting('throttled', (quote, signal) =>
      quote.retry({ throttle: { baseDelay: '10s' } }).invoke(1, { signal }),
    )
    await clock.advance('1s')
    controller.abort()
    expect(await failed).toMatchObject({ code: 'Aborted', mayHaveRun: false, elapsedMs: 1_000 })
    expect(script('quote').requests).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('ends a wait in the queue at once', async () => {
    const { script, clock, controller, failed } = aborting('hangs', (quote, signal) => {
      const narrow = quote.bulkhead({ concurrency: 1 })
      void narrow.safeInvoke(1)
      return narrow.invoke(2, { signal })
    })
    await clock.advance('1s')
    controller.abort()
    expect(await failed).toMatchObject({ code: 'Aborted', mayHaveRun: false, attempts: [] })
    expect(script('quote').requests).toHaveLength(1)
  })

  it('ends every call that has it, though a listener of a policy in one of them throws', async () => {
    const { lambda, script } = scripted()
    script('quote').hangs()
    const mistake = new Error('a mistake')
    const broken: Policy = (next) => (call, context) => {
      context.scope.onCancel(() => {
        throw mistake
      })
      return next(call, context)
    }
    const chains = [lambda('quote').use(broken, { before: 'deadline' }), lambda('quote')]
    const controller = new AbortController()
    const calls = chains.map((chain) => failureOf(chain.invoke(1, { signal: controller.signal })))
    expect(surfaced(() => controller.abort(reason))).toEqual([mistake])
    for (const error of await Promise.all(calls))
      expect(error).toMatchObject({ code: 'Aborted', cause: reason })
  })

  it('is let go of when the call is over', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 20 }, () => lambda('quote').safeInvoke(1, { signal })))
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('is not answered for by a fallback', async () => {
    const { lambda } = scripted()
    const call = lambda('quote').fallback(0).invoke(1, { signal: AbortSignal.abort() })
    expect((await failureOf(call)).code).toBe('Aborted')
  })
})

describe('safeInvoke()', () => {
  it('returns the value and what is known about the call', async () => {
    const reply = { requestId: 'req-7', executedVersion: '7', logTail: 'END', durableExecutionArn: 'arn:x' }
    const lambda = createInvoker({ transport: () => Promise.resolve(answered(Buffer.from('1'), reply)) })
    const result = await lambda('quote').logs().safeInvoke()
    expect(result).toEqual({
      ok: true,
      value: 1,
      meta: {
        ...reply,
        attempts: [expect.objectContaining({ number: 1, ran: 'yes', requestId: 'req-7' }) as unknown],
        durationMs: expect.any(Number) as number,
        queuedMs: 0,
        fallback: false,
      },
    })
  })

  it('returns the error, and what is known about the call', async () => {
    const remote = { errorType: 'Error', logTail: 'END', executedVersion: '7' }
    const crash = failure('FunctionError', 'Error: no', { remote, requestId: 'req-7' })
    const lambda = createInvoker({ transport: () => Promise.resolve(failed(crash)) })
    const result = await lambda('quote').safeInvoke()
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'FunctionError', requestId: 'req-7' },
      meta: { requestId: 'req-7', logTail: 'END', executedVersion: '7', fallback: false, queuedMs: 0 },
    })
    expect(result.meta.attempts).toHaveLength(1)
    if (!result.ok) expect(isInvokeError(result.error)).toBe(true)
  })

  it('measures the whole call, each attempt, and the time in the queue', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').after(300).fails('HostUnreachable').after(200).replies(1)
    const chain = lambda('quote')
      .bulkhead({ concurrency: 1 })
      .retry({ backoff: () => 1_000 })
    const [first, second] = await clock.runUntil(Promise.all([chain.safeInvoke(), chain.safeInvoke()]))
    expect(first.meta).toMatchObject({ durationMs: 1_500, queuedMs: 0 })
    expect(first.meta.attempts).toMatchObject([
      { startedMs: 0, durationMs: 300, ran: 'no', decision: { action: 'retry', waitMs: 1_000 } },
      { startedMs: 1_300, durationMs: 200, ran: 'yes' },
    ])
    expect(second.meta).toMatchObject({ durationMs: 1_700, queuedMs: 1_500 })
  })

  it('does not throw what the caller aborted either', async () => {
    const result = await scripted().lambda('quote').safeInvoke(1, { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ ok: false, error: { code: 'Aborted' } })
  })
})
