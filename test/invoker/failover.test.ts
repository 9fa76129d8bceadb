import { LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker, InvalidSettingError, type Fn, type InvokerOptions } from 'resilient-lambda'
import { alb, lambdaFetch } from 'resilient-lambda/http'
import { describe, expect, it } from 'vitest'
import { failureOf, scripted } from './support.js'

type Chain = Fn<unknown, unknown>

/** Where a call went, as the transport saw it: names, qualifiers and regions, in order. */
async function routeOf(shape: (chain: Chain) => Chain, options: InvokerOptions = {}, name = 'quote') {
  const route: string[] = []
  const { lambda, script, clock } = scripted({
    ...options,
    transport: (request, context) => {
      const { functionName, qualifier, region, tenantId } = request
      route.push([functionName, qualifier, region, tenantId].map((part) => part ?? '-').join(' '))
      return script.transport(request, context)
    },
  })
  script('quote').throttled()
  const error = await clock.runUntil(failureOf(shape(lambda(name).retry(false)).invoke()))
  return { route, error }
}

describe('failover()', () => {
  it('turns to a qualifier, another function, another region, or what combines them', async () => {
    const { route } = await routeOf((chain) =>
      chain.failover([
        ':live',
        { qualifier: '7' },
        { region: 'eu-central-1' },
        { qualifier: 'live', region: 'eu-central-1' },
        { name: 'quote', region: 'us-east-2' },
      ]),
    )
    expect(route).toEqual([
      'quote - - -',
      'quote live - -',
      'quote 7 - -',
      'quote - eu-central-1 -',
      'quote live eu-central-1 -',
      'quote - us-east-2 -',
    ])
  })

  it('changes the region in an ARN too', async () => {
    const arn = (region: string): string => `arn:aws:lambda:${region}:123456789012:function:quote`
    const { lambda, script, clock } = scripted()
    script(arn('eu-west-1')).throttled()
    script(arn('eu-central-1')).replies(1)
    const chain = lambda(`${arn('eu-west-1')}:live`)
      .retry(false)
      .failover([{ region: 'eu-central-1' }])
    expect(await clock.runUntil(chain.invoke())).toBe(1)
    expect(script(arn('eu-central-1')).requests).toMatchObject([
      { qualifier: 'live', region: 'eu-central-1' },
    ])
  })

  it('stays with the tenant', async () => {
    const { route } = await routeOf((chain) => chain.tenant('acme').failover([':live', 'quote:7']))
    expect(route).toEqual(['quote - - acme', 'quote live - acme', 'quote 7 - acme'])
  })

  it('does not depend on the order of the methods', async () => {
    const { route } = await routeOf((chain) => chain.failover([{ region: 'eu-central-1' }]).qualifier('7'))
    expect(route).toEqual(['quote 7 - -', 'quote 7 eu-central-1 -'])
  })

  it('tries no target twice', async () => {
    const { route } = await routeOf(
      (chain) => chain.qualifier('live').failover([':live', ':7', { region: 'eu-west-1' }, ':7']),
      { region: 'eu-west-1' },
    )
    expect(route).toEqual(['quote live - -', 'quote 7 - -'])
  })

  it('uses the same plan for every target, and state of its own for each', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').fails('ConnectionRefused')
    script('standby').fails('ConnectionRefused').fails('ConnectionRefused').replies('up')
    const chain = lambda('quote').retry({ attempts: 2 }).circuitBreaker({ consecutiveFailures: 4 })
    const safe = chain.failover(['standby'])
    const first = await clock.runUntil(failureOf(safe.invoke()))
    expect(first.attempts.map(({ target }) => target)).toEqual([undefined, undefined, 'standby', 'standby'])
    expect(await clock.runUntil(safe.invoke())).toBe('up')
    expect(chain.circuit?.state).toBe('open')
    expect(lambda('standby').circuitBreaker({ consecutiveFailures: 4 }).circuit?.state).toBe('closed')
    expect(lambda.circuits().map(({ target }) => target)).toEqual(['quote', 'standby'])
    const third = await safe.safeInvoke()
    expect(third.meta.attempts).toMatchObject([{ number: 1, target: 'standby', ran: 'yes' }])
  })

  it('gives the same function in another region a circuit of its own', async () => {
    const { lambda, script } = scripted()
    script('quote').replies(1)
    const chain = lambda('quote').failover([{ region: 'eu-central-1' }])
    lambda('quote').circuit?.open()
    const { meta } = await chain.safeInvoke()
    expect(meta.attempts).toMatchObject([{ target: 'quote@eu-central-1', ran: 'yes' }])
  })

  it('calls a chain by its own plan, but for what is outside of the failover', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('standby').fails('ConnectionReset').replies({ from: 'standby' })
    const standby = lambda('standby')
      .idempotent()
      .retry({ attempts: 2 })
      .deadline('1ms')
      .fallback('not this')
      .failover(['nowhere'])
    const chain = lambda('quote').retry(false).failover([standby])
    expect(await clock.runUntil(chain.invoke({ sku: 'A1' }))).toEqual({ from: 'standby' })
    expect(script('standby').requests).toMatchObject([{ payload: { sku: 'A1' } }, { payload: { sku: 'A1' } }])
  })

  it('keeps the state of another invoker where it is', async () => {
    const [one, other] = [scripted(), scripted()]
    one.lambda('quote').circuit?.open()
    other.script('quote').replies('other')
    const chain = one.lambda('quote').failover([other.lambda('quote')])
    expect(await chain.invoke()).toBe('other')
    expect(one.lambda.circuits().map(({ state }) => state)).toEqual(['open'])
    expect(other.lambda.circuits().map(({ state }) => state)).toEqual(['closed'])
  })

  it('never turns elsewhere where the first may have run, unless that does no harm', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').fails('ServiceException')
    script('standby').replies(1)
    const chain = lambda('quote').retry(false).failover(['standby'])
    expect(await failureOf(chain.invoke())).toMatchObject({ code: 'ServiceException', mayHaveRun: true })
    expect(script('standby').requests).toEqual([])
    expect(await clock.runUntil(chain.idempotent().invoke())).toBe(1)
  })

  it('repeats nothing at a target that does not know the key', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('other').fails('ConnectionReset')
    const keyed = lambda('quote').idempotencyKey('k-1', { as: 'clientContext' }).hedge({ after: 1 })
    const error = await clock.runUntil(failureOf(keyed.deadline('10m').failover(['other']).invoke()))
    expect(error).toMatchObject({ code: 'ConnectionReset', mayHaveRun: true })
    expect(script('quote').requests.length).toBeGreaterThan(1)
    expect(script('other').requests).toHaveLength(1)
  })

  it('begins nothing at a target after its time, where a running attempt may not be cut', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('other').replies('other')
    const chain = lambda('quote').retry({
      attempts: 20,
      throttle: { baseDelay: '400ms', backoff: 'constant' },
    })
    const answer = chain.failover(['other'], { within: '1s' }).invoke()
    expect(await clock.runUntil(answer)).toBe('other')
    expect(clock.now()).toBeLessThan(1_000)
    expect(script('quote').requests.length).toBeLessThanOrEqual(3)
  })

  it('sends one key for a call, wherever it goes', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    let made = 0
    const keyed = lambda('quote').idempotencyKey(() => `k-${++made}`, { as: 'clientContext' })
    await clock.runUntil(failureOf(keyed.retry(false).failover([':live']).invoke()))
    const keys = script('quote').requests.map(({ clientContext }) => clientContext)
    const sent = { custom: { idempotencyKey: 'k-1' } }
    expect(keys).toEqual([sent, sent])
  })

  it('turns elsewhere at once where a throttle lasts beyond the deadline', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled({ retryAfter: '90s' })
    script('standby').replies(1)
    expect(await lambda('quote').deadline('10s').failover(['standby']).invoke()).toBe(1)
    expect(clock.now()).toBe(0)
  })

  it('shares one deadline among all targets', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').hangs()
    script('standby').hangs()
    const chain = lambda('quote').idempotent().deadline('2s').failover(['standby'], { within: '500ms' })
    const error = await clock.runUntil(failureOf(chain.invoke()))
    expect(error).toMatchObject({ code: 'DeadlineExceeded', elapsedMs: 2_000 })
    expect(error.attempts).toMatchObject([
      { code: 'TargetTimedOut', durationMs: 500 },
      { code: 'DeadlineExceeded', target: 'standby', startedMs: 500, durationMs: 1_500 },
    ])
  })

  it('tells the truth in its events: each as the target it is about', async () => {
    const { lambda, script, clock, events } = scripted({ region: 'eu-west-1' })
    script('quote').throttled()
    script('standby').replies(1)
    await clock.runUntil(lambda('quote').retry(false).failover(['standby:live']).invoke())
    expect(events.map(({ type, target, invoked }) => [type, target, invoked?.name, invoked?.region])).toEqual(
      [
        ['call.started', 'quote', 'quote', 'eu-west-1'],
        ['attempt.started', 'quote', 'quote', 'eu-west-1'],
        ['attempt.ended', 'quote', 'quote', 'eu-west-1'],
        ['failover.started', 'quote', 'quote', 'eu-west-1'],
        ['attempt.started', 'standby:live', 'standby', 'eu-west-1'],
        ['attempt.ended', 'standby:live', 'standby', 'eu-west-1'],
        ['call.ended', 'quote', 'quote', 'eu-west-1'],
      ],
    )
  })

  it('hides no mistake of the request', async () => {
    const { lambda, script } = scripted()
    script('quote').fails('ResourceNotFoundException')
    script('standby').replies(1)
    const chain = lambda('quote').failover(['standby'])
    expect((await failureOf(chain.invoke())).code).toBe('ResourceNotFoundException')
    expect((await failureOf(chain.invoke(1n))).code).toBe('PayloadNotSerializable')
    expect(script('standby').requests).toEqual([])
  })

  it('leaves the fallback to what no target could answer', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled()
    script('standby').throttled()
    const chain = lambda('quote').retry(false).failover(['standby']).fallback('cached')
    const result = await clock.runUntil(chain.safeInvoke())
    expect(result).toMatchObject({ ok: true, value: 'cached' })
    expect(result.meta.attempts).toHaveLength(2)
  })

  it('stands in settings, and is switched off by false', async () => {
    const { lambda, script } = scripted({
      functions: { quote: { failover: { targets: [':live', { region: 'eu-central-1' }], within: '1s' } } },
    })
    expect(lambda('quote').explain()).toContain(
      'to quote:live, then quote@eu-central-1; each but the last within 1 s;\n',
    )
    script('quote').fails('ConnectionRefused')
    const off = lambda('quote').retry(false).failover(false)
    expect((await failureOf(off.invoke())).attempts).toHaveLength(1)
    expect(off.explain()).toMatch(/failover +off/)
  })

  it('is explained, in words and as data', () => {
    const { lambda } = scripted()
    const chain = lambda('quote').failover([':live', lambda('standby').retry(false)])
    expect(chain.explain()).toMatch(/failover +to quote:live, then standby with its own plan; only where/)
    expect(chain.toJSON().steps.find(({ step }) => step === 'failover')?.settings).toEqual({
      targets: [{ target: 'quote:live' }, { target: 'standby', plan: 'its own' }],
    })
  })

  const FORMS = "a qualifier (':live'), a function's name or ARN, or an object with name, qualifier or region"
  it.each<[unknown, unknown, string]>([
    [[], {}, 'failover.targets must be a list of at least one target, but was a list.'],
    ['standby', {}, "failover.targets must be a list, but was 'standby'."],
    [undefined, {}, 'failover.targets must be a list of at least one target'],
    [['not a name!'], {}, "failover.targets[0] must be a function's name"],
    [[':no qualifier!'], {}, "failover.targets[0].qualifier must be a version ('7')"],
    [['standby', {}], {}, `failover.targets[1] must be ${FORMS}, but was an object with no keys.`],
    [[null], {}, `failover.targets[0] must be ${FORMS}, but was null.`],
    [[{ region: 'Frankfurt' }], {}, "failover.targets[0].region must be a region such as 'eu-central-1'"],
    [
      [{ tenant: 'acme' }],
      {},
      "failover.targets[0] has no setting 'tenant'. It takes: name, qualifier, region.",
    ],
    [[':live'], { within: 0 }, 'failover.within must be a duration of at least 1 ms'],
    [[':live'], { kinds: [] }, "failover has no setting 'kinds'. It takes: targets, within."],
  ])('refuses what it cannot use, at once (case %#)', (targets, options, message) => {
    const { lambda } = scripted()
    const make = (): unknown => lambda('quote').failover(targets as never, options as never)
    expect(make).toThrow(InvalidSettingError)
    expect(make).toThrow(message)
  })
})

describe('failover() through a client that was handed in', () => {
  const client = new LambdaClient({ region: 'eu-west-1' })
  const far = 'arn:aws:lambda:eu-central-1:123456789012:function:quote'

  it('is refused early where another region cannot be reached', () => {
    const lambda = createInvoker({
      client,
      functions: { orders: { failover: { targets: [{ region: 'eu-central-1' }] } } },
    })
    const message =
      'failover.targets[1] must be in the region of the first: for others hand in a function that has a client for each region, or none, but was eu-central-1'
    expect(() => lambda('quote').failover([':live', { region: 'eu-central-1' }])).toThrow(message)
    const near = far.replace('eu-central-1', 'eu-west-1')
    expect(() => lambda(near).failover([':live', far])).toThrow(message)
    expect(() => lambda('orders')).toThrow('failover.targets[0]')
  })

  it('is not where that cannot be known, or a client for each region is there', () => {
    expect(() => createInvoker({ client })('quote').failover([far])).not.toThrow()
    expect(() =>
      createInvoker({ client: () => client })('quote').failover([{ region: 'eu-central-1' }]),
    ).not.toThrow()
    expect(() => createInvoker({ client })(far).failover([{ region: 'eu-central-1' }, ':live'])).not.toThrow()
  })
})

it('failover() to a chain is refused over HTTP, where nobody would read its replies as HTTP', () => {
  const { lambda } = scripted()
  const chain = lambda('shop').failover([lambda('standby')])
  expect(() => lambdaFetch(chain, alb())).toThrow('fn must be without chains in failover()')
  expect(() => lambdaFetch(lambda('shop').failover(['standby']), alb())).not.toThrow()
})
