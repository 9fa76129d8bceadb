import { describe, expect, it } from 'vitest'
import type { CallEvent, Fn } from 'resilient-lambda'
import { failureOf, scripted } from './support.js'

type AnyFn = Fn<unknown, unknown>
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:quote'

/** Opens the circuit of a chain by failing calls. */
function sensitive(chain: AnyFn): AnyFn {
  return chain.circuitBreaker({ consecutiveFailures: 2 }).retry(false)
}

async function fail(chain: AnyFn, times: number): Promise<string[]> {
  const codes: string[] = []
  for (let i = 0; i < times; i++) codes.push((await failureOf(chain.invoke())).code)
  return codes
}

describe('the state of a function', () => {
  it('is shared by chains that were built apart', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException')
    await fail(sensitive(lambda('quote')), 2)
    const other = sensitive(lambda('quote').deadline('9s').logs())
    expect(await fail(other, 1)).toEqual(['CircuitOpen'])
    expect(other.circuit?.state).toBe('open')
  })

  it.each<[string, (chain: AnyFn) => AnyFn]>([
    ['another qualifier', (chain) => chain.qualifier('live')],
    ['a tenant', (chain) => chain.tenant('a')],
  ])('is not shared with %s', async (_, change) => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException')
    await fail(sensitive(lambda('quote')), 2)
    expect(await fail(sensitive(change(lambda('quote'))), 1)).toEqual(['ServiceException'])
    expect(await fail(sensitive(lambda('quote')), 1)).toEqual(['CircuitOpen'])
  })

  it('is not shared by two tenants, two functions or two regions', async () => {
    const { lambda, script } = scripted()
    for (const name of ['quote', 'charge', ARN, ARN.replace('west', 'south')])
      script(name).fails('ServiceException')
    await fail(sensitive(lambda('quote').tenant('a')), 2)
    await fail(sensitive(lambda(ARN)), 2)
    expect(await fail(sensitive(lambda('quote').tenant('b')), 1)).toEqual(['ServiceException'])
    expect(await fail(sensitive(lambda('charge')), 1)).toEqual(['ServiceException'])
    expect(await fail(sensitive(lambda(ARN.replace('west', 'south'))), 1)).toEqual(['ServiceException'])
  })

  it('is not shared by two invokers', async () => {
    const [one, two] = [scripted(), scripted()]
    one.script('quote').fails('ServiceException')
    two.script('quote').fails('ServiceException')
    await fail(sensitive(one.lambda('quote')), 2)
    expect(await fail(sensitive(two.lambda('quote')), 1)).toEqual(['ServiceException'])
  })

  it('includes the retry budget, which one chain can spend for another', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').fails('HostUnreachable')
    const chain = (): AnyFn => lambda('quote').retry({ attempts: 20, baseDelay: 0, budget: 0 })
    await clock.runUntil(chain().safeInvoke())
    const { error } = unanswered(await clock.runUntil(chain().deadline('9s').safeInvoke()))
    // The first call has spent it on four retries.
    expect(script('quote').requests).toHaveLength(5 + 1)
    expect(error.attempts.at(-1)?.decision).toMatchObject({
      action: 'stop',
      why: 'the retry budget of the function is spent',
      code: 'RetryBudgetSpent',
    })
  })

  it("includes the function's bulkhead, and the client's over all functions", async () => {
    const { lambda, script, clock } = scripted({ bulkhead: { concurrency: 2, queue: 0 } })
    for (const name of ['quote', 'charge', 'other']) script(name).after(100).replies(1)
    const alone = lambda('quote').bulkhead({ concurrency: 1, queue: 0 })
    const first = alone.invoke()
    expect(
      (await failureOf(lambda('quote').bulkhead({ concurrency: 1, queue: 0 }).invoke())).message,
    ).toMatch(/the bulkhead of the function is full/)
    const second = lambda('charge').invoke()
    expect((await failureOf(lambda('other').invoke())).message).toMatch(/the bulkhead of the client is full/)
    await clock.runUntil(Promise.all([first, second]))
    expect(await clock.runUntil(lambda('other').invoke())).toBe(1)
  })

  it("is one bulkhead for a client, whether a call names the client's region or not", async () => {
    const { lambda, script, clock } = scripted({
      region: 'eu-west-1',
      bulkhead: { concurrency: 1, queue: 0 },
    })
    for (const name of ['quote', ARN]) script(name).after(100).replies(1)
    const first = lambda('quote').invoke()
    expect((await failureOf(lambda(ARN).invoke())).message).toMatch(/the bulkhead of the client is full/)
    expect(await clock.runUntil(first)).toBe(1)
  })

  it("is not bounded over all functions when the client's bulkhead is off", async () => {
    const { lambda, script, clock } = scripted({ bulkhead: false })
    script('quote').after(100).replies(1)
    const calls = Array.from({ length: 300 }, () => lambda('quote').bulkhead(false).invoke())
    await clock.runUntil(Promise.all(calls))
    expect(script('quote').requests).toHaveLength(300)
  })
})

describe('the circuit of a chain', () => {
  it('can be opened and closed by hand, for all chains to the function', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const circuit = lambda('quote').circuit
    expect(circuit?.state).toBe('closed')
    circuit?.open()
    expect(circuit?.state).toBe('open')
    const refused = await failureOf(lambda('quote').deadline('1s').invoke())
    expect(refused).toMatchObject({ code: 'CircuitOpen', kind: 'local', mayHaveRun: false, attempts: [] })
    expect(script('quote').requests).toEqual([])
    circuit?.close()
    expect(await lambda('quote').invoke()).toBe(1)
  })

  it('stays open by hand however long it takes', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').replies(1)
    lambda('quote').circuit?.open()
    await clock.advance('1h')
    expect((await failureOf(lambda('quote').invoke())).code).toBe('CircuitOpen')
  })

  it('has a snapshot for health endpoints', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException')
    const chain = sensitive(lambda('quote:live'))
    await fail(chain, 1)
    expect(chain.circuit?.snapshot()).toEqual({
      target: 'quote:live',
      state: 'closed',
      calls: 1,
      failures: 1,
      consecutiveFailures: 1,
      retryAfterMs: 0,
      openings: 0,
    })
    await fail(chain, 1)
    expect(chain.circuit?.snapshot()).toMatchObject({ state: 'open', openings: 1 })
    expect(JSON.parse(JSON.stringify(chain.circuit?.snapshot()))).toEqual(chain.circuit?.snapshot())
  })

  it('is not there when it is switched off', () => {
    expect(scripted().lambda('quote').circuitBreaker(false).circuit).toBeUndefined()
  })

  it('belongs to the target and settings that the chain ends up with', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException')
    const chain = lambda('quote').circuitBreaker({ consecutiveFailures: 1 }).retry(false)
    await chain.safeInvoke()
    expect(chain.circuit?.state).toBe('open')
    expect(chain.circuitBreaker({ consecutiveFailures: 1, probes: 1 }).circuit?.state).toBe('closed')
    expect(chain.circuitBreaker({ consecutiveFailures: 1, probes: 5 }).circuit?.state).toBe('open')
    expect(chain.qualifier('live').circuit?.state).toBe('closed')
  })

  it('is opened by hand for every chain to the function, qualifier and tenant, whatever its settings', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const own = lambda('quote').tenant('a')
    const others = [
      own.circuitBreaker({ probes: 1 }),
      lambda('quote').circuitBreaker({ openFor: '1s' }).tenant('a'),
    ]
    own.circuit?.open()
    for (const chain of others) {
      expect(chain.circuit?.state).toBe('open')
      const error = await failureOf(chain.invoke())
      expect(error).toMatchObject({ code: 'CircuitOpen', attempts: [] })
      expect(error.message).toContain('the circuit was opened by hand')
      expect(error.retryAfterMs).toBeUndefined()
    }
    for (const chain of [lambda('quote'), lambda('quote').tenant('b'), own.qualifier('live')])
      expect(chain.circuit?.state).toBe('closed')
    others[0]?.circuit?.close()
    expect(await own.invoke()).toBe(1)
    expect(await others[1]?.invoke()).toBe(1)
  })

  it('tells those who watch when it is opened and closed by hand', () => {
    const { lambda, events } = scripted()
    const own: CallEvent[] = []
    const circuit = lambda('quote').observe((event) => own.push(event)).circuit
    circuit?.open()
    circuit?.close()
    const seen = events.map(
      (event) => event.type === 'breaker.state' && [event.target, event.state, event.previous],
    )
    expect(seen).toEqual([
      ['quote', 'open', 'closed'],
      ['quote', 'closed', 'open'],
    ])
    expect(own).toHaveLength(2)
  })
})

describe('circuits()', () => {
  it('lists every circuit that calls have gone through', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ServiceException')
    script('charge').replies(1)
    expect(lambda.circuits()).toEqual([])
    await fail(sensitive(lambda('quote:live')), 2)
    await lambda('charge').invoke()
    await lambda('charge').circuitBreaker(false).invoke()
    expect(lambda.circuits()).toMatchObject([
      { target: 'quote:live', state: 'open' },
      { target: 'charge', state: 'closed', calls: 1 },
    ])
  })

  it('lists each set of settings of a function, all of them open when that was done by hand', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').invoke()
    await lambda('quote').circuitBreaker({ probes: 1 }).invoke()
    lambda('quote').circuit?.open()
    const open = { target: 'quote', state: 'open', retryAfterMs: undefined, openings: 0, calls: 1 }
    expect(lambda.circuits()).toMatchObject([open, open])
  })

  it('tells the circuits of tenants apart', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').tenant('a').invoke()
    await lambda('quote').tenant('b').invoke()
    expect(lambda.circuits()).toMatchObject([
      { target: 'quote for tenant a' },
      { target: 'quote for tenant b' },
    ])
  })
})

function unanswered<R extends { readonly ok: boolean }>(result: R): Extract<R, { readonly ok: false }> {
  expect(result.ok).toBe(false)
  return result as Extract<R, { readonly ok: false }>
}
