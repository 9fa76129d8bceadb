import { describe, expect, it } from 'vitest'
import { answered, failed, failure, ORDER, type Policy, type PolicyName } from 'resilient-lambda/policies'
import type { Fn } from 'resilient-lambda'
import { scripted } from './support.js'

function noting(seen: string[], name: string): Policy {
  return (next) => (call, context) => {
    seen.push(name)
    return next(call, context)
  }
}

const PLACES = ORDER.flatMap((place) => [`before ${place}`, `after ${place}`])

function everywhere(chain: Fn<unknown, unknown>, seen: string[]): Fn<unknown, unknown> {
  return PLACES.toReversed().reduce((fn, where) => {
    const [side, place] = where.split(' ') as ['before' | 'after', PolicyName]
    return fn.use(noting(seen, where), { [side]: place } as { before: PolicyName })
  }, chain)
}

describe('use()', () => {
  it('puts a policy at any place, whatever the order of the calls', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const seen: string[] = []
    await everywhere(lambda('quote'), seen).invoke()
    expect(seen).toEqual(PLACES)
  })

  it('has the places from "after retry" on inwards met by each attempt', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').fails('HostUnreachable').replies(1)
    const seen: string[] = []
    await clock.runUntil(everywhere(lambda('quote'), seen).invoke())
    expect(seen).toEqual([...PLACES, ...PLACES.slice(PLACES.indexOf('after retry'))])
  })

  it('has the same places where our own policy is off', async () => {
    const { lambda, script } = scripted({ bulkhead: false })
    script('quote').replies(1)
    const seen: string[] = []
    const bare = lambda('quote').retry(false).deadline(false).circuitBreaker(false).bulkhead(false)
    await everywhere(bare, seen).invoke()
    expect(seen).toEqual(PLACES)
  })

  it('keeps the order in which policies were given for one place', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const seen: string[] = []
    await lambda('quote')
      .use(noting(seen, 'first'), { before: 'retry' })
      .use(noting(seen, 'second'), { before: 'retry' })
      .invoke()
    expect(seen).toEqual(['first', 'second'])
  })

  it('lets a policy answer by itself', async () => {
    const { lambda, script } = scripted()
    const cached: Policy = () => () => Promise.resolve(answered('cached'))
    expect(await lambda('quote').use(cached, { before: 'deadline' }).invoke()).toBe('cached')
    expect(script('quote').requests).toEqual([])
  })

  it('lets a policy fail with a verdict, which the others act on', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').replies(1)
    let refusals = 0
    const flaky: Policy = (next) => (call, context) =>
      refusals++ === 0 ? Promise.resolve(failed(failure('HostUnreachable'))) : next(call, context)
    const result = await clock.runUntil(lambda('quote').use(flaky, { after: 'timeout' }).safeInvoke())
    expect(result).toMatchObject({ ok: true, value: 1 })
    expect(result.meta.attempts).toMatchObject([{ code: 'HostUnreachable' }, { ran: 'yes' }])
  })

  it('shows a policy the payload outside, and its bytes inside', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const seen: unknown[] = []
    const peek: Policy = (next) => (call, context) => {
      seen.push(call.payload instanceof Uint8Array ? Buffer.from(call.payload).toString() : call.payload)
      return next(call, context)
    }
    await lambda('quote')
      .use(peek, { before: 'deadline' })
      .use(peek, { after: 'timeout' })
      .invoke({ sku: 'A1' })
    expect(seen).toEqual([{ sku: 'A1' }, '{"sku":"A1"}'])
  })

  const mistaken = (policy: unknown): Fn<unknown, unknown> => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    return lambda('quote').use(policy as Policy, { before: 'retry' })
  }

  it.each<[unknown, string]>([
    [5, '5'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ total: 1 }, 'an object with total'],
    [{ ok: 'yes' }, 'an object with ok'],
    [{ ok: false, failure: new Error('no') }, 'an object with ok, failure'],
    [{ ok: false, failure: { code: 'Mine' } }, 'an object with ok, failure'],
  ])('refuses a policy that returns no Outcome, by name: %j', async (returned, shown) => {
    const message = `The policy 'logged' must return an Outcome, made with answered() or failed(), but returned ${shown}.`
    const logged = () => () => Promise.resolve(returned)
    await expect(mistaken(logged).invoke()).rejects.toThrow(new TypeError(message))
    await expect(
      mistaken(function logged() {
        return () => returned
      }).invoke(),
    ).rejects.toThrow(new TypeError(message))
    await expect(mistaken(() => () => returned).invoke()).rejects.toThrow(
      'The policy given to use() must return an Outcome',
    )
  })

  it.each<[unknown, string]>([
    [async () => 5, 'a promise'],
    [() => 5, '5'],
    [() => undefined, 'undefined'],
    [async (_call: unknown, _context: unknown, next: () => unknown) => next(), 'a promise'],
  ])('refuses a policy that takes the call where it should take next (case %#)', async (policy, shown) => {
    const message = `The policy 'logged' must be (next) => (call, context) => …, a function that returns a function, but returned ${shown}.`
    const logged = Object.defineProperty(policy, 'name', { value: 'logged' })
    await expect(mistaken(logged).invoke()).rejects.toThrow(new TypeError(message))
  })

  it('lets a policy throw what it likes', async () => {
    const own = new RangeError('mine')
    const throwing: Policy = () => () => Promise.reject(own)
    await expect(mistaken(throwing).invoke()).rejects.toBe(own)
  })

  it('stands in explain() under its name', () => {
    const { lambda } = scripted()
    const named: Policy = function auditing(next) {
      return next
    }
    const text = lambda('quote')
      .use(named, { before: 'retry' })
      .use((next) => next, { after: 'timeout' })
      .explain()
    const steps = Array.from(text.matchAll(/^ {2}(\S+)/gm), ([, step]) => step)
    expect(steps).toEqual([
      'deadLetter',
      'fallback',
      'deadline',
      'failover',
      'bulkhead',
      'auditing',
      'retry',
      'adaptive',
      'breaker',
      'hedge',
      'timeout',
      'use',
      'transport',
    ])
  })
})
