import type { CallEvent, FunctionSettings, Invoker } from 'resilient-lambda'
import type { FakeClock } from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { failureOf, scripted } from './support.js'

const hedge = { after: '100ms', maxExtra: 0.1 } as const

function hedgeLine(lambda: Invoker, name = 'quote'): string | undefined {
  return lambda(name)
    .explain()
    .split('\n')
    .find((line) => line.startsWith('  hedge'))
}

function typesOf(events: readonly CallEvent[], prefix: string): string[] {
  return events.map(({ type }) => type).filter((type) => type.startsWith(prefix))
}

async function refused(lambda: Invoker, clock: FakeClock): Promise<void> {
  await expect(clock.runUntil(lambda('quote').invoke({}))).rejects.toThrow(
    'hedge must be left out, or the call declared idempotent with .idempotent()',
  )
}

describe('a chain with a hedge', () => {
  it('answers from the second attempt', async () => {
    const { lambda, script, clock, events } = scripted()
    script('quote').hangs().after(20).replies('second')
    const quote = lambda('quote').idempotent().hedge(hedge)
    const result = await clock.runUntil(quote.safeInvoke({ sku: 'A1' }))
    expect(result).toMatchObject({ ok: true, value: 'second' })
    expect(clock.now()).toBe(120)
    expect(result.meta.attempts).toMatchObject([
      { number: 1, code: 'AttemptOvertaken', ran: 'maybe' },
      { number: 2, hedge: true, ran: 'yes' },
    ])
    expect(script('quote').requests.map(({ payload }) => payload)).toEqual([{ sku: 'A1' }, { sku: 'A1' }])
    expect(typesOf(events, 'hedge')).toEqual(['hedge.started', 'hedge.won'])
    expect(clock.pending).toBe(0)
  })

  it('counts both as one of the attempts of retry, and numbers all of them in order', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').after(150).fails('ResponseCut').after(100).fails('ConnectionReset').replies('third')
    const quote = lambda('quote').idempotent().hedge(hedge).retry({ attempts: 2, backoff: 'constant' })
    const result = await clock.runUntil(quote.safeInvoke())
    expect(result).toMatchObject({ ok: true, value: 'third' })
    expect(result.meta.attempts).toMatchObject([
      { number: 1, code: 'ResponseCut' },
      { number: 2, hedge: true, code: 'ConnectionReset', decision: { action: 'retry' } },
      { number: 3 },
    ])
    expect(result.meta.attempts[0]).not.toHaveProperty('decision')
  })

  it('times each attempt out by itself', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const quote = lambda('quote').idempotent().hedge(hedge).retry(false).timeout('300ms')
    const { code, attempts, mayHaveRun } = await failureOf(clock.runUntil(quote.invoke()))
    expect({ code, mayHaveRun }).toEqual({ code: 'AttemptTimedOut', mayHaveRun: true })
    expect(attempts).toMatchObject([
      { code: 'AttemptTimedOut', startedMs: 0, durationMs: 300 },
      { code: 'AttemptTimedOut', startedMs: 100, durationMs: 300 },
    ])
    expect(clock.pending).toBe(0)
  })

  it('ends both attempts at the deadline', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    const quote = lambda('quote').idempotent().hedge(hedge).deadline('1s')
    const { code, attempts } = await failureOf(clock.runUntil(quote.invoke()))
    expect(code).toBe('DeadlineExceeded')
    expect(attempts.map(({ code }) => code)).toEqual(['DeadlineExceeded', 'DeadlineExceeded'])
    expect(clock.now()).toBe(1_000)
    expect(clock.pending).toBe(0)
  })

  it('is not hedged while its own circuit is half-open', async () => {
    const { lambda, script, clock, events } = scripted()
    const quote = lambda('quote')
      .idempotent()
      .hedge(hedge)
      .retry(false)
      .circuitBreaker({ consecutiveFailures: 1, openFor: '5s' })
    script('quote').fails('ServiceException').after(500).replies('well')
    await quote.safeInvoke()
    await clock.advance('5s')
    expect(await clock.runUntil(quote.invoke())).toBe('well')
    expect(events.find(({ type }) => type === 'hedge.refused')).toMatchObject({ reason: 'circuit' })
  })
})

describe('the setting hedge', () => {
  it.each<[string, FunctionSettings]>([
    ['before', { idempotent: true, hedge }],
    ['after', { hedge, idempotent: true }],
  ])('may stand %s idempotent', async (_, quote) => {
    const { lambda, script, clock } = scripted({ functions: { quote } })
    script('quote').hangs().replies('second')
    expect(await clock.runUntil(lambda('quote').invoke())).toBe('second')
  })

  it('of one function refuses calls that are not idempotent, and says what to do', async () => {
    const { lambda, clock, script } = scripted({ functions: { quote: { hedge } } })
    script('quote').replies(1)
    await refused(lambda, clock)
    expect(script('quote').requests).toEqual([])
    expect(hedgeLine(lambda)).toContain('refuses every call, since they are not declared idempotent')
    expect(await clock.runUntil(lambda('quote').idempotent().invoke())).toBe(1)
  })

  it('of a chain without types refuses them too, and takes methods in any order', async () => {
    const { lambda, clock, script } = scripted()
    script('quote').replies(1)
    const chain = (lambda('quote').idempotent().hedge(hedge) as ReturnType<Invoker>).idempotent(false)
    await expect(chain.invoke()).rejects.toThrow('hedge must be left out')
    expect(await clock.runUntil(chain.idempotent().invoke())).toBe(1)
  })

  it('as a default is left out where calls are not idempotent, and says so', async () => {
    const { lambda, script, clock, events } = scripted({
      defaults: { hedge },
      functions: { charge: {}, quote: { idempotent: true }, strict: { hedge: {} }, plain: { hedge: false } },
    })
    script('charge').after(500).replies('once')
    script('quote').hangs().replies('second')
    expect(await clock.runUntil(lambda('charge').invoke())).toBe('once')
    expect(typesOf(events, 'hedge')).toEqual([])
    expect(hedgeLine(lambda, 'charge')).toBe('  hedge       off: the call is not declared idempotent')
    expect(await clock.runUntil(lambda('quote').invoke())).toBe('second')
    expect(hedgeLine(lambda, 'strict')).toContain('refuses every call')
    expect(hedgeLine(lambda, 'plain')).toBe('  hedge       off')
    expect(
      lambda('charge')
        .toJSON()
        .steps.find(({ step }) => step === 'hedge'),
    ).toEqual({
      step: 'hedge',
      settings: false,
    })
  })

  it('is explained', () => {
    const { lambda } = scripted()
    const quote = lambda('quote').idempotent()
    expect(quote.hedge().explain()).toContain(
      '  hedge       after the p95 of its own latency, at least 50 ms; 2 attempts at once;\n' +
        '              at most 5 % more than the calls that are answered;\n' +
        '              none while throttled or while the circuit is not closed\n',
    )
    expect(quote.hedge({ after: '80ms', maxExtra: 0.025 }).explain()).toContain(
      '  hedge       after 80 ms; 2 attempts at once; at most 2.5 % more than',
    )
    expect(quote.hedge().hedge(false).explain()).toContain('  hedge       off\n')
    expect(
      quote
        .hedge()
        .toJSON()
        .steps.find(({ step }) => step === 'hedge')?.settings,
    ).toEqual({
      after: { quantile: 0.95 },
      atLeastMs: 50,
      maxExtra: 0.05,
      attempts: 2,
      whereSafe: false,
    })
  })

  it('names itself when it is wrong', () => {
    expect(() => scripted({ defaults: { hedge: { after: 'p90' } } })).toThrow(
      "defaults.hedge.after must be at least 'p95' with a maxExtra of 0.05",
    )
  })
})
