import { describe, expect, it } from 'vitest'
import type { Fn } from 'resilient-lambda'
import { z } from 'zod'
import { scripted } from './support.js'

type AnyFn = Fn<unknown, unknown>

const METHODS: Readonly<Record<string, (chain: AnyFn) => AnyFn>> = {
  deadline: (chain) => chain.deadline('2s'),
  timeout: (chain) => chain.timeout('1s'),
  retry: (chain) => chain.retry({ attempts: 7 }),
  circuitBreaker: (chain) => chain.circuitBreaker({ probes: 9 }),
  bulkhead: (chain) => chain.bulkhead({ concurrency: 3 }),
  fallback: (chain) => chain.fallback(null),
  idempotent: (chain) => chain.idempotent(),
  logs: (chain) => chain.logs(),
  clientContext: (chain) => chain.clientContext({ custom: {} }),
  input: (chain) => chain.input(z.unknown()),
  output: (chain) => chain.output(z.unknown()),
  qualifier: (chain) => chain.qualifier('live'),
  tenant: (chain) => chain.tenant('a'),
  codec: (chain) => chain.codec({ encode: String, decode: String }),
  use: (chain) => chain.use((next) => next, { before: 'retry' }),
}

describe('a chain', () => {
  it.each(Object.entries(METHODS))('is left as it is by %s(), which returns another', (_, change) => {
    const chain = scripted().lambda('quote')
    const before = chain.explain() + JSON.stringify(chain)
    const changed = change(chain)
    expect(changed).not.toBe(chain)
    expect(chain.explain() + JSON.stringify(chain)).toBe(before)
    expect(changed.explain() + JSON.stringify(changed)).not.toBe(before)
  })

  it('is made once for each name, and anew for one that 1,000 others have come after', () => {
    const { lambda } = scripted()
    const chain = lambda('quote')
    for (let other = 1; other < 1_000; other++) lambda(`other-${other}`)
    expect(lambda('quote')).toBe(chain)
    lambda('other-1000')
    expect(lambda('quote')).not.toBe(chain)
  })

  it('means the same in whatever order its methods are called', () => {
    const chain = scripted().lambda('quote')
    const settings = Object.values(METHODS)
    const forth = settings.reduce((fn, change) => change(fn), chain)
    const back = settings.reduceRight((fn, change) => change(fn), chain)
    expect(back.toJSON()).toEqual(forth.toJSON())
    expect(back.explain()).toBe(forth.explain())
  })

  it('can be kept at each step and taken further from there', async () => {
    const { lambda, script } = scripted()
    script('quote').replies((event: unknown) => event)
    const base = lambda('quote').logs()
    const live = base.qualifier('live')
    const beta = base.qualifier('beta')
    await Promise.all([base.invoke(1), live.invoke(2), beta.invoke(3)])
    const seen = script('quote').requests.map(({ qualifier, logTail, payload }) => [
      qualifier,
      logTail,
      payload,
    ])
    expect(seen).toEqual([
      [undefined, true, 1],
      ['live', true, 2],
      ['beta', true, 3],
    ])
  })

  it('keeps no hold on the objects it was given', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const options = { attempts: 2, throttle: { baseDelay: 10 } }
    const context = { custom: { tier: 'gold' } }
    const chain = lambda('quote').retry(options).clientContext(context)
    const before = chain.explain()
    options.attempts = 20
    options.throttle.baseDelay = 9_999
    context.custom.tier = 'lead'
    await chain.invoke()
    expect(chain.explain()).toBe(before)
    expect(script('quote').requests[0]?.clientContext).toEqual({ custom: { tier: 'gold' } })
  })

  it('refines a setting that was made before, and keeps the rest of it', () => {
    const { lambda } = scripted()
    const { retry } = settingsOf(lambda('quote').retry({ attempts: 5 }).retry({ baseDelay: '1s' }))
    expect(retry).toMatchObject({ attempts: 5, baseDelayMs: 1_000 })
  })

  it('switches a policy off with false, and on again over its defaults', () => {
    const { lambda } = scripted()
    const off = lambda('quote')
      .retry(false)
      .deadline(false)
      .circuitBreaker(false)
      .bulkhead(false)
      .timeout(false)
    expect(settingsOf(off)).toMatchObject({ retry: false, deadline: false, breaker: false, timeout: false })
    expect(settingsOf(off.retry({ baseDelay: '1s' }))).toMatchObject({
      retry: { attempts: 4, baseDelayMs: 1_000 },
    })
  })

  it('takes back what it declared', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException').replies(1)
    const chain = lambda('quote').idempotent().idempotent(false).logs().logs(false)
    expect(await chain.safeInvoke()).toMatchObject({ ok: false })
    expect(script('quote').requests).toMatchObject([{ logTail: false }])
  })
})

function settingsOf(chain: Pick<AnyFn, 'toJSON'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(chain.toJSON().steps.map(({ step, settings }) => [step, settings]))
}
