import { describe, expect, it } from 'vitest'
import { createInvoker, InvalidSettingError, type InvokeError } from 'resilient-lambda'
import { createScript, fakeClock, type FakeClock, type Script } from 'resilient-lambda/testing'

function stage(): { clock: FakeClock; script: Script; lambda: ReturnType<typeof createInvoker> } {
  const clock = fakeClock()
  const script = createScript()
  const lambda = createInvoker({ transport: script.transport, clock, defaults: { retry: false } })
  return { clock, script, lambda }
}

/** What a call of `quote` comes to. */
async function call({ clock, lambda }: ReturnType<typeof stage>, payload?: unknown): Promise<unknown> {
  const result = await clock.runUntil(lambda('quote').safeInvoke(payload))
  return result.ok ? result.value : result.error
}

describe('scripted replies', () => {
  it('come one after another, the last one for ever', async () => {
    const on = stage()
    on.script('quote').replies({ total: 1 }).replies([2]).replies(3)
    expect([await call(on), await call(on), await call(on), await call(on)]).toEqual([
      { total: 1 },
      [2],
      3,
      3,
    ])
  })

  it('can be made of the payload', async () => {
    const on = stage()
    on.script('quote').replies(({ sku }: { sku: string }) => ({ bought: sku }))
    expect(await call(on, { sku: 'A1' })).toEqual({ bought: 'A1' })
  })

  it('can be made of the payload later', async () => {
    const on = stage()
    on.script('quote').replies(async ({ sku }: { sku: string }) => ({ bought: sku }))
    expect(await call(on, { sku: 'A1' })).toEqual({ bought: 'A1' })
  })

  it('are empty where nothing was scripted, or nothing is replied', async () => {
    const on = stage()
    expect(on.script('quote').requests).toEqual([])
    expect(await call(on)).toBeUndefined()
    on.script('quote').replies()
    expect(await call(on)).toBeUndefined()
  })

  it('are one script for each name', () => {
    const { script } = stage()
    expect(script('quote')).toBe(script('quote'))
    expect(script('quote')).not.toBe(script('order'))
  })

  it('keep every request, with its payload', async () => {
    const on = stage()
    const quote = on.script('quote')
    await call(on, { sku: 'A1' })
    await call(on)
    expect(quote.requests.map(({ functionName, payload }) => [functionName, payload])).toEqual([
      ['quote', { sku: 'A1' }],
      ['quote', undefined],
    ])
  })

  it('name the scripted functions when another one is called', async () => {
    const on = stage()
    expect(await call(on)).toMatchObject({
      code: 'ResourceNotFoundException',
      message: expect.stringContaining("no script for 'quote'; scripted are: none"),
    })
    on.script('order')
    on.script('ship')
    expect(((await call(on)) as InvokeError).message).toContain(
      "no script for 'quote'; scripted are: order, ship",
    )
  })
})

describe('scripted failures', () => {
  it('are rows of the catalogue', async () => {
    const on = stage()
    on.script('quote').fails('ServiceUnavailable').fails('ConnectionReset', 'the line broke')
    expect(await call(on)).toMatchObject({ code: 'ServiceUnavailable', kind: 'transient', mayHaveRun: true })
    expect(((await call(on)) as InvokeError).message).toContain('ConnectionReset (the line broke)')
  })

  it.each([
    ['ConectionReset', "'ConnectionReset', "],
    ['TooManyRequestException', "'TooManyRequestsException', "],
    ['serviceunavailable', "'ServiceUnavailable', "],
    ['Sandbox.Timeout', "'Sandbox.Timedout', "],
    ['NoSuchCode', "'"],
    ['toString', "'"],
    ['', "'"],
  ])("are refused for '%s', which the catalogue lacks, with the nearest there are", (code, nearest) => {
    const fail = (): unknown =>
      stage()
        .script('quote')
        .fails(code as never)
    expect(fail).toThrow(InvalidSettingError)
    expect(fail).toThrow(`code must be a code of the catalogue, such as ${nearest}`)
    expect(fail).toThrow(/^[^,]*, such as '[\w.]+', '[\w.]+', '[\w.]+', but was '/)
    expect(fail).toThrow(`but was '${code}'.`)
  })

  it('are throttles, with a reason and a hint', async () => {
    const on = stage()
    on.script('quote').throttled().throttled({ reason: 'CallerRateLimitExceeded', retryAfter: '2s' })
    const first = (await call(on)) as InvokeError
    expect(first).toMatchObject({
      code: 'TooManyRequestsException',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      mayHaveRun: false,
    })
    expect(first.retryAfterMs).toBeUndefined()
    expect(await call(on)).toMatchObject({ reason: 'CallerRateLimitExceeded', retryAfterMs: 2_000 })
    expect(() => on.script('quote').throttled({ retryAfter: -1 })).toThrow(
      "delay must be a duration, such as 250 or '2s', but was -1.",
    )
  })

  it('are errors that the function throws, classified as Lambda’s are', async () => {
    const on = stage()
    on.script('quote').throws('OutOfStock', 'none left').throws('Sandbox.Timedout').throws('Busy')
    expect(await call(on)).toMatchObject({
      code: 'FunctionError',
      kind: 'function',
      mayHaveRun: true,
      remote: { errorType: 'OutOfStock', errorMessage: 'none left' },
    })
    expect(await call(on)).toMatchObject({ code: 'Sandbox.Timedout', kind: 'function', mayHaveRun: true })
    expect(await call(on)).toMatchObject({ code: 'FunctionError', remote: { errorType: 'Busy' } })
  })
})

describe('scripted time', () => {
  it('delays the next answer, and only that', async () => {
    const on = stage()
    on.script('quote').after('250ms').replies(1).replies(2)
    expect([await call(on), on.clock.now()]).toEqual([1, 250])
    expect([await call(on), on.clock.now()]).toEqual([2, 250])
    expect(() => on.script('quote').after('soon' as never)).toThrow('delay must be a duration')
  })

  it('is cut by a deadline: the function may have run', async () => {
    for (const scripted of ['after', 'hangs'] as const) {
      const on = stage()
      if (scripted === 'after') on.script('quote').after('2s').replies(1)
      else on.script('quote').hangs()
      const result = await on.clock.runUntil(on.lambda('quote').deadline('1s').safeInvoke())
      expect(result).toMatchObject({ ok: false, error: { code: 'DeadlineExceeded', mayHaveRun: true } })
      expect([on.clock.now(), on.clock.pending]).toEqual([1_000, 0])
    }
  })

  it('is cut by a timeout, and the next attempt goes on with the script', async () => {
    const on = stage()
    on.script('quote').hangs().replies('second')
    const chain = on.lambda('quote').timeout('100ms').idempotent().retry({ attempts: 2 })
    expect(await on.clock.runUntil(chain.invoke())).toBe('second')
    expect(on.clock.pending).toBe(0)
  })
})
