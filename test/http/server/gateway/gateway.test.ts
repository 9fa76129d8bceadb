import { describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import type { HttpFormat } from 'resilient-lambda/http'
import type { GatewayEvent } from '../../../../src/http/server/events.js'
import { createGateway, type Gateway } from '../../../../src/http/server/gateway/gateway.js'
import type { GatewayOptions, RouteOptions } from '../../../../src/http/server/gateway/gateway-options.js'
import { scripted } from '../../../invoker/support.js'
import { plain } from '../../support.js'

interface Scene extends Omit<ReturnType<typeof scripted>, 'events'> {
  readonly gateway: Gateway
  /** Those of the gateway. */
  readonly events: readonly GatewayEvent[]
}

type Lambda = ReturnType<typeof scripted>['lambda']

function answerWithTheirNames(script: Scene['script']): void {
  for (const name of ['orders', 'web']) script(name).replies({ status: 200, body: name })
}

/** A gateway on scripted functions and a fake clock. */
function gatewayOf(
  routes: (lambda: Lambda) => readonly RouteOptions[],
  options: Omit<GatewayOptions, 'routes'> = {},
  prepare: (script: Scene['script']) => void = answerWithTheirNames,
): Scene {
  const { lambda, script, clock } = scripted()
  prepare(script)
  const events: GatewayEvent[] = []
  const observers = [(event: GatewayEvent) => events.push(event)]
  const gateway = createGateway({ routes: routes(lambda), clock, observers, ...options })
  onTestFinished(() => gateway.close())
  return { gateway, lambda, script, clock, events }
}

const ask = (gateway: Gateway, url: string, init?: RequestInit): Promise<Response> =>
  gateway(new Request(url, init))

/** The paths that a function was asked for. */
const askedOf = (script: Scene['script'], name: string): unknown[] =>
  script(name).requests.map(({ payload }) => (payload as { readonly line: string }).line)

describe('the routes of a gateway', () => {
  const routes = (lambda: Lambda): RouteOptions[] => [
    { host: 'api.example.com', path: '/orders/*', fn: lambda('orders'), format: plain },
    { host: ['www.example.com', '*.shop.example'], fn: lambda('web'), format: plain },
  ]

  test.each([
    ['https://api.example.com/orders/7?x=1', 'orders'],
    ['https://API.example.com:8443/orders/7', 'orders'],
    ['https://www.example.com/orders/7', 'web'],
    ['http://de.shop.example/', 'web'],
  ])('lead %s to %s', async (url, name) => {
    const { gateway, events } = gatewayOf(routes)
    const response = await ask(gateway, url)
    expect(await response.text()).toBe(name)
    expect(response.headers.get('x-answered-by')).toBe('function')
    expect(events).toMatchObject([{ type: 'http.answered', source: 'function', target: name, status: 200 }])
  })

  it('lead nowhere where none takes the request', async () => {
    const { gateway, script, events } = gatewayOf(routes)
    const response = await ask(gateway, 'https://api.example.com/Orders/7')
    expect(response.status).toBe(404)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=NoRoute')
    expect(await response.json()).toEqual({
      message: 'Nothing is served at this host and path.',
      reason: 'NoRoute',
    })
    expect(askedOf(script, 'orders')).toEqual([])
    expect(events).toMatchObject([
      { type: 'http.answered', source: 'gateway', reason: 'NoRoute', status: 404, attempts: 0 },
    ])
    expect(events[0]).not.toHaveProperty('target')
  })

  it('are not looked at for a request that no load balancer passes on', async () => {
    const { gateway } = gatewayOf(routes)
    const response = await ask(gateway, 'https://nowhere.example/', { headers: { upgrade: 'websocket' } })
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=LambdaWebsocketNotSupported')
  })

  it('compare the path as it was sent', async () => {
    const { gateway, script } = gatewayOf((lambda) => [
      { path: '/a%2Fb/*', fn: lambda('orders'), format: plain },
      { fn: lambda('web'), format: plain },
    ])
    const origin = { address: '192.0.2.7', protocol: 'http', port: 80 } as const
    const head = {
      method: 'GET',
      query: '',
      headers: [['host', 'x']] as const,
      origin,
      id: '',
      receivedMs: 0,
    }
    const { signal } = new AbortController()
    const paths = ['/a%2Fb/../c', '/a%2fb/c', '/a/b/c']
    for (const path of paths) await gateway.handle({ ...head, path, signal, body: undefined })
    expect(askedOf(script, 'orders')).toEqual(['GET /a%2Fb/../c'])
    expect(askedOf(script, 'web')).toEqual(['GET /a%2fb/c', 'GET /a/b/c'])
  })

  it('have the gateway’s settings for calls where they have none of their own', async () => {
    const { gateway, script, clock } = gatewayOf(
      (lambda) => [
        { path: '/repeated', fn: lambda('repeated'), format: plain, idempotent: true },
        { path: '/good', fn: lambda('good'), format: plain, idempotent: true, retryStatuses: [] },
        { fn: lambda('others'), format: plain },
      ],
      { retryStatuses: [500], idempotent: false },
      (script) => {
        for (const name of ['repeated', 'good', 'others']) script(name).replies({ status: 500 })
      },
    )
    for (const path of ['repeated', 'good', 'any']) {
      // oxlint-disable-next-line no-await-in-loop -- on one clock
      await clock.runUntil(ask(gateway, `https://x.example/${path}`))
    }
    const counts = ['repeated', 'good', 'others'].map((name) => script(name).requests.length)
    expect(counts).toEqual([4, 1, 1])
  })

  it('share the circuit of a function', async () => {
    const { gateway, events } = gatewayOf(
      (lambda) => {
        const fn = lambda('orders').retry(false).circuitBreaker({ consecutiveFailures: 1 })
        return [
          { path: '/a', fn, format: plain },
          { path: '/b', fn, format: { ...plain } },
        ]
      },
      {},
      (script) => script('orders').fails('ServiceException'),
    )
    await ask(gateway, 'https://x.example/a')
    await ask(gateway, 'https://x.example/b')
    expect(events.map((event) => event.type === 'http.answered' && event.reason)).toEqual([
      'LambdaServiceException',
      'CircuitOpen',
    ])
  })
})

describe('the targets of a gateway', () => {
  const names = (gateway: Gateway): string[] =>
    gateway.health().map(({ target, state }) => `${target}: ${state}`)

  it('are unchecked unless told otherwise', async () => {
    const { gateway, script, clock } = gatewayOf((lambda) => [{ fn: lambda('web'), format: plain }])
    await clock.advance('5m')
    expect(gateway.health()).toEqual([
      {
        target: 'web',
        state: 'unchecked',
        reason: 'health checks are off',
        sinceMs: Date.UTC(2026, 0, 1),
        consecutiveSuccesses: 0,
        consecutiveFailures: 0,
      },
    ])
    expect(script('web').requests).toEqual([])
  })

  it('are checked with the settings of the route over those of the gateway over the defaults', async () => {
    const { gateway, script, clock } = gatewayOf(
      (lambda) => [
        { path: '/a', fn: lambda('orders'), format: plain, healthCheck: { interval: '10s' } },
        { path: '/b', fn: lambda('off'), format: plain, healthCheck: false },
        { fn: lambda('web'), format: plain },
      ],
      { healthCheck: { path: '/health' } },
    )
    await clock.advance('35s')
    expect(names(gateway)).toEqual(['orders: healthy', 'off: unchecked', 'web: healthy'])
    expect(askedOf(script, 'orders')).toEqual(Array(4).fill('GET /health'))
    expect(askedOf(script, 'web')).toEqual(Array(2).fill('GET /health'))
  })

  it('can be switched on by a route', async () => {
    const { gateway, script, clock } = gatewayOf((lambda) => [
      { path: '/a', fn: lambda('orders'), format: plain, healthCheck: {} },
      { fn: lambda('web'), format: plain },
    ])
    await clock.advance(0)
    expect(names(gateway)).toEqual(['orders: healthy', 'web: unchecked'])
    expect(askedOf(script, 'orders')).toEqual(['GET /'])
  })

  it('are one where function, format and check are the same', async () => {
    const other: HttpFormat = { ...plain }
    const { gateway, script, clock } = gatewayOf(
      (lambda) => {
        const fn = lambda('orders')
        return [
          { path: '/same', fn, format: plain, idempotent: true },
          { path: '/same-again', fn, format: plain, healthCheck: { path: '/health' } },
          { path: '/other-check', fn, format: plain, healthCheck: { interval: '5s' } },
          { path: '/other-format', fn, format: other },
          { path: '/other-function', fn: lambda('orders').logs(), format: plain },
        ]
      },
      { healthCheck: { path: '/health' } },
    )
    await clock.advance(0)
    expect(names(gateway)).toEqual(Array(4).fill('orders: healthy'))
    expect(script('orders').requests).toHaveLength(4)
  })
})

describe('a gateway that checks its targets', () => {
  const healthCheck = { interval: '10s', unhealthyThreshold: 2, healthyThreshold: 2 } as const
  const good = { status: 200, body: 'web' }
  const bad = { status: 500 }

  function checked(prepare: (script: Scene['script']) => void): Scene {
    return gatewayOf((lambda) => [{ fn: lambda('web'), format: plain }], { healthCheck }, prepare)
  }

  it('sends traffic to a target of which it does not know yet', async () => {
    const { gateway, script, clock } = checked((script) => script('web').hangs().replies(good))
    await clock.advance(0)
    expect(gateway.health()).toMatchObject([{ state: 'initial' }])
    expect(await (await ask(gateway, 'https://x.example/a')).text()).toBe('web')
    expect(askedOf(script, 'web')).toEqual(['GET /', 'GET /a'])
  })

  it('sends none to an unhealthy one, until it is well again', async () => {
    const { gateway, script, clock, events } = checked((script) =>
      script('web').replies(bad).replies(bad).replies(good),
    )
    await clock.advance('10s')
    expect(gateway.health()).toMatchObject([{ state: 'unhealthy', consecutiveFailures: 2 }])
    await clock.advance('1500ms')
    const refused = await ask(gateway, 'https://x.example/a')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('x-answered-by')).toBe('gateway; reason=TargetUnhealthy')
    expect(refused.headers.get('retry-after')).toBe('9')
    expect(askedOf(script, 'web')).toEqual(['GET /', 'GET /'])

    await clock.advance('10s')
    expect((await ask(gateway, 'https://x.example/b')).status).toBe(503)
    await clock.advance('10s')
    expect(await (await ask(gateway, 'https://x.example/c')).text()).toBe('web')
    expect(askedOf(script, 'web')).toEqual(['GET /', 'GET /', 'GET /', 'GET /', 'GET /c'])
    expect(events).toMatchObject([
      {
        type: 'health.changed',
        target: 'web',
        state: 'unhealthy',
        previous: 'initial',
        why: '2 checks in a row failed: answered 500',
      },
      { type: 'http.answered', source: 'gateway', reason: 'TargetUnhealthy', target: 'web', attempts: 0 },
      { type: 'http.answered', reason: 'TargetUnhealthy' },
      { type: 'health.changed', state: 'healthy', previous: 'unhealthy', why: '2 checks in a row passed' },
      { type: 'http.answered', source: 'function', path: '/c' },
    ])
  })

  it('says at least a second, also while a check is under way', async () => {
    const { gateway, clock } = checked((script) => script('web').replies(bad).replies(bad).hangs())
    const retryAfter = async (): Promise<string | null> =>
      (await ask(gateway, 'https://x.example/')).headers.get('retry-after')
    await clock.advance('19999ms')
    expect(await retryAfter()).toBe('1')
    await clock.advance('1s')
    expect(await retryAfter()).toBe('1')
    await clock.advance('30s')
    expect(await retryAfter()).toBe('10')
  })

  it('leaves the target’s other routes alone where they are not checked', async () => {
    const { gateway, clock } = gatewayOf(
      (lambda) => {
        const fn = lambda('web')
        return [
          { path: '/checked', fn, format: plain },
          { fn, format: plain, healthCheck: false },
        ]
      },
      { healthCheck: { unhealthyThreshold: 1, path: '/health' } },
      (script) =>
        script('web').replies(({ line }: { readonly line: string }) => (line === 'GET /health' ? bad : good)),
    )
    await clock.advance(0)
    expect((await ask(gateway, 'https://x.example/checked')).status).toBe(503)
    expect((await ask(gateway, 'https://x.example/other')).status).toBe(200)
  })

  it.each(['close', 'dispose'] as const)('checks no more after %s, and answers as before', async (way) => {
    const { gateway, script, clock } = checked((script) => script('web').replies(bad))
    await clock.advance('10s')
    if (way === 'close') gateway.close()
    else gateway[Symbol.dispose]()
    expect(clock.pending).toBe(0)
    await clock.advance('60s')
    expect(script('web').requests).toHaveLength(2)
    expect((await ask(gateway, 'https://x.example/')).headers.get('retry-after')).toBe('1')
  })

  it('does not keep the process alive between its checks', async () => {
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    const { lambda, script } = scripted()
    script('web').replies(good)
    const routes = [{ fn: lambda('web'), format: plain }]
    await new Promise<void>((resolve) => {
      const gateway = createGateway({ routes, healthCheck: {}, observers: [() => resolve()] })
      onTestFinished(() => gateway.close())
    })
    const timers = setTimeout.mock.calls.flatMap(([, ms], at) =>
      ms === 35_000 ? [setTimeout.mock.results[at]?.value] : [],
    )
    expect(timers.map((timer) => timer.hasRef())).toEqual([false])
  })
})

describe('the settings of a gateway', () => {
  const { lambda, script } = scripted()
  const fn = lambda('web')
  const route = { fn, format: plain }
  const withRoute = (change: object): object => ({ routes: [{ ...route, ...change }] })

  test.each<[object, string]>([
    [{}, 'options.routes must be given'],
    [{ routes: route }, 'options.routes must be a list'],
    [{ routes: [] }, 'options.routes must be a list of at least one route, but was empty'],
    [{ routes: [{ fn }] }, 'options.routes[0].format must be given'],
    [{ routes: [{ format: plain }] }, 'options.routes[0].fn must be given'],
    [withRoute({ fn: 'web' }), 'options.routes[0].fn must be a function of an invoker'],
    [withRoute({ fn: lambda }), 'options.routes[0].fn must be a function of an invoker'],
    [withRoute({ format: 'alb' }), "options.routes[0].format must be a format, such as alb(), but was 'alb'"],
    [withRoute({ format: () => plain }), 'options.routes[0].format must be a format'],
    [withRoute({ paths: '/' }), "options.routes[0] has no setting 'paths'"],
    [withRoute({ path: 'a' }), 'options.routes[0].path must be a percent-encoded path'],
    [withRoute({ host: 'http://a' }), 'options.routes[0].host must be a host'],
    [withRoute({ retryStatuses: [99] }), 'options.routes[0].retryStatuses[0] must be'],
    [withRoute({ healthCheck: true }), 'options.routes[0].healthCheck must be an object with any of: path'],
    [withRoute({ healthCheck: { path: 'health' } }), 'options.routes[0].healthCheck.path must be'],
    [withRoute({ healthCheck: { interval: 0 } }), 'options.routes[0].healthCheck.interval must be'],
    [withRoute({ healthCheck: { timeout: '0s' } }), 'options.routes[0].healthCheck.timeout must be'],
    [withRoute({ healthCheck: { healthyThreshold: 0 } }), '.healthCheck.healthyThreshold must be'],
    [withRoute({ healthCheck: { unhealthyThreshold: 1.5 } }), '.healthCheck.unhealthyThreshold must be'],
    [withRoute({ healthCheck: { statuses: [199] } }), '.healthCheck.statuses[0] must be a whole number from'],
    [{ routes: [route], healthCheck: { pth: '/' } }, "options.healthCheck has no setting 'pth'"],
    [{ routes: [route], observers: ['x'] }, 'options.observers[0] must be a function'],
    [{ routes: [route, { ...route, path: '/a' }] }, 'options.routes[1] must be before routes[0]'],
  ])('cannot be %j', (given, message) => {
    expect(() => createGateway(given as GatewayOptions)).toThrow(InvalidSettingError)
    expect(() => createGateway(given as GatewayOptions)).toThrow(message)
  })

  it('begin no check where one of them is wrong', () => {
    const healthCheck = { path: '/health' }
    expect(() => createGateway({ routes: [route, route], healthCheck })).toThrow(InvalidSettingError)
    expect(script('web').requests).toEqual([])
  })
})
