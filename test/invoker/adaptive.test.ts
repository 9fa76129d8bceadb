import { describe, expect, it } from 'vitest'
import { failureOf, scripted } from './support.js'

const RESERVED = 'ReservedFunctionConcurrentInvocationLimitExceeded'
const ACCOUNT = 'ConcurrentInvocationLimitExceeded'
const arn = (account: string, name: string, region = 'eu-west-1'): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}`

describe('adaptive concurrency of an invoker', () => {
  it('is off unless it is asked for', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').invoke()
    expect(lambda.limits()).toEqual([])
  })

  it('is switched on, changed and switched off by methods and by settings', () => {
    const { lambda } = scripted({
      functions: { quote: { adaptive: true }, charge: { adaptive: { max: 5 } } },
    })
    const settingsOf = (chain: {
      toJSON(): { steps: readonly { step: string; settings: unknown }[] }
    }): unknown => chain.toJSON().steps.find(({ step }) => step === 'adaptive')?.settings
    expect(settingsOf(lambda('quote'))).toEqual({ initial: 20, min: 1, max: 1_000, queue: 1_000 })
    expect(settingsOf(lambda('charge'))).toMatchObject({ initial: 5, max: 5 })
    expect(settingsOf(lambda('charge').adaptive({ queue: 3 }))).toMatchObject({ max: 5, queue: 3 })
    expect(settingsOf(lambda('quote').adaptive(false))).toBe(false)
    expect(settingsOf(lambda('other').adaptive(true))).toMatchObject({ initial: 20 })
    expect(() => lambda('quote').adaptive({ initial: 0 })).toThrow('adaptive.initial must be')
  })

  it('shows its limits, which chains with the same settings share', async () => {
    const { lambda, script, clock } = scripted({ region: 'eu-west-1' })
    script('quote').after(100).replies(1)
    const calls = [1, 2, 3].map(() => lambda('quote').adaptive({ initial: 2, max: 2 }).safeInvoke())
    await clock.advance(50)
    expect(lambda.limits()).toEqual([
      { target: 'quote', scope: 'function', limit: 2, inFlight: 2, queued: 1, paceMs: 0, throttles: 0 },
      {
        target: "the client's account in eu-west-1",
        scope: 'account',
        limit: undefined,
        inFlight: 2,
        queued: 0,
        paceMs: 0,
        throttles: 0,
      },
    ])
    const results = await clock.runUntil(Promise.all(calls))
    expect(results.map(({ meta }) => meta.queuedMs)).toEqual([0, 0, 100])
  })

  it('bounds attempts and not calls: who waits for a retry holds no place', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled({ reason: RESERVED }).replies('second').replies('first')
    const quote = lambda('quote').adaptive({ initial: 1, max: 1 })
    const first = quote.safeInvoke()
    await clock.advance(1)
    expect(await quote.invoke()).toBe('second')
    expect(await clock.runUntil(first)).toMatchObject({ ok: true, value: 'first', meta: { queuedMs: 0 } })
  })

  it('reports a throttle, and not its own refusal of the attempt after it', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled({ reason: RESERVED }).hangs()
    const quote = lambda('quote').adaptive({ initial: 1, max: 1, queue: 0 })
    const first = quote.safeInvoke()
    await clock.advance(1)
    void quote.safeInvoke()
    const result = await clock.runUntil(first)
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'TooManyRequestsException', attempts: [{ decision: { code: 'ConcurrencyLimited' } }] },
    })
  })

  it('refuses truthfully: nothing was sent, nothing has run', async () => {
    const { lambda, script } = scripted()
    script('quote').hangs()
    const quote = lambda('quote').adaptive({ initial: 1, max: 1, queue: 0 })
    void quote.safeInvoke()
    const error = await failureOf(quote.invoke())
    expect(error).toMatchObject({
      code: 'ConcurrencyLimited',
      kind: 'local',
      mayHaveRun: false,
      attempts: [],
    })
    expect(script('quote').requests).toHaveLength(1)
  })

  it('gates all functions of an account and region, and no others', async () => {
    const { lambda, script, clock } = scripted({ defaults: { adaptive: true, retry: false } })
    const [one, other] = ['111111111111', '222222222222']
    const names = [arn(one, 'a'), arn(one, 'b'), arn(one, 'a', 'us-east-1'), arn(other, 'a'), 'a']
    script(names[0] ?? '')
      .throttled({ reason: ACCOUNT })
      .hangs()
    for (const name of names.slice(1)) script(name).hangs()
    await lambda(arn(one, 'a')).safeInvoke()
    for (const name of names) void lambda(name).safeInvoke()
    await clock.advance(1)
    const queued = lambda.limits().filter((limit) => limit.scope === 'account')
    expect(queued).toMatchObject([
      { target: `account ${one} in eu-west-1`, limit: 1, inFlight: 1, queued: 1 },
      { target: `account ${one} in us-east-1`, limit: undefined, inFlight: 1, queued: 0 },
      { target: `account ${other} in eu-west-1`, limit: undefined, inFlight: 1, queued: 0 },
      { target: "the client's account", limit: undefined, inFlight: 1, queued: 0 },
    ])
  })

  it('tells the limits of tenants apart', async () => {
    const { lambda, script } = scripted({ defaults: { adaptive: true } })
    script('quote').replies(1)
    for (const tenant of ['a', 'b']) await lambda('quote').tenant(tenant).invoke()
    const targets = lambda.limits().map(({ target }) => target)
    expect(targets).toEqual(['quote for tenant a', "the client's account", 'quote for tenant b'])
  })
})
