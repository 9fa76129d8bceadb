import { describe, expect, it, test } from 'vitest'
import type { Fn, Invoker } from 'resilient-lambda'
import type { HttpFormat } from 'resilient-lambda/http'
import { fakeClock, type FunctionScript } from 'resilient-lambda/testing'
import { HealthCheck } from '../../../../src/http/server/gateway/health-check.js'
import {
  healthCheckSettings,
  parseHealthCheck,
} from '../../../../src/http/server/gateway/health-check-options.js'
import type { HealthCheckOptions } from '../../../../src/http/server/gateway/health-check-options.js'
import { Health, type HealthChanged, type TargetHealth } from '../../../../src/http/server/gateway/health.js'
import { scripted } from '../../../invoker/support.js'
import { plain } from '../../support.js'

type AnyFn = Fn<unknown, unknown>

interface Checking extends ReturnType<typeof scripted> {
  readonly check: HealthCheck
  readonly fn: AnyFn
  readonly items: FunctionScript
  readonly changes: readonly HealthChanged[]
}

interface Setup {
  readonly options?: HealthCheckOptions
  readonly change?: (fn: AnyFn, lambda: Invoker) => AnyFn
  readonly format?: HttpFormat
  readonly invoker?: Parameters<typeof scripted>[0]
}

/** A check of `items` every 10 s that has not begun. */
function checking({ options, change = (fn) => fn, format = plain, invoker }: Setup = {}): Checking {
  const scene = scripted(invoker)
  const changes: HealthChanged[] = []
  const settings = healthCheckSettings(parseHealthCheck({ interval: '10s', ...options }, 'healthCheck'))
  if (!settings) throw new Error('The check is off.')
  const fn = change(scene.lambda('items'), scene.lambda)
  const check = new HealthCheck({
    fn,
    format,
    settings,
    clock: scene.clock,
    changed: (event) => changes.push(event),
  })
  return { ...scene, check, fn, items: scene.script('items'), changes }
}

/** Makes one check, with all that it sets off. */
async function once({ check, clock }: Checking): Promise<TargetHealth> {
  check.start()
  await clock.advance(0)
  return check.health()
}

describe('the health of a target', () => {
  /** The states after each of the checks: P for passed, F for failed, U for unsent. */
  function statesAfter(checks: string, healthyThreshold: number, unhealthyThreshold: number): string[] {
    const health = new Health('items', { healthyThreshold, unhealthyThreshold }, fakeClock())
    const results = { P: 'passed', F: 'failed', U: 'unsent' } as const
    return Array.from(checks, (letter) => {
      health.count({ result: results[letter as 'P' | 'F' | 'U'] })
      return health.state
    })
  }

  const letters = { I: 'initial', H: 'healthy', X: 'unhealthy' }

  test.each([
    ['P', 5, 2, 'H'],
    ['F', 5, 2, 'I'],
    ['FF', 5, 2, 'IX'],
    ['F', 5, 1, 'X'],
    ['FPF', 5, 2, 'IHH'],
    ['PFPFPFF', 5, 2, 'HHHHHHX'],
    ['PFFPP', 2, 2, 'HHXXH'],
    ['PFFPFPP', 2, 2, 'HHXXXXH'],
    ['FFPPPPPFF', 5, 2, 'IXXXXXHHX'],
    ['FFP', 1, 2, 'IXH'],
    ['FUF', 5, 2, 'IIX'],
    ['FFPUP', 2, 2, 'IXXXH'],
    ['UUU', 1, 1, 'III'],
  ])('%s with thresholds of %i and %i: %s', (checks, healthy, unhealthy, states) => {
    const expected = Array.from(states, (letter) => letters[letter as 'I' | 'H' | 'X'])
    expect(statesAfter(checks, healthy, unhealthy)).toEqual(expected)
  })

  it('is told in numbers and words, as plain data', async () => {
    const clock = fakeClock({ date: 1_000_000 })
    const health = new Health('items', { healthyThreshold: 2, unhealthyThreshold: 2 }, clock)
    const initial = {
      target: 'items',
      state: 'initial',
      reason: 'no check has passed yet',
      sinceMs: 1_000_000,
    }
    expect(health.snapshot()).toEqual({ ...initial, consecutiveSuccesses: 0, consecutiveFailures: 0 })

    await clock.advance('1s')
    health.count({ result: 'failed', code: 'DeadlineExceeded' })
    await clock.advance('2s')
    expect(health.snapshot()).toEqual({
      ...initial,
      consecutiveSuccesses: 0,
      consecutiveFailures: 1,
      lastCheck: { result: 'failed', code: 'DeadlineExceeded', ageMs: 2_000 },
    })

    health.count({ result: 'failed', status: 500 })
    await clock.advance('5s')
    const unhealthy = {
      target: 'items',
      state: 'unhealthy',
      reason: '2 checks in a row failed: answered 500',
      sinceMs: 1_003_000,
      consecutiveSuccesses: 0,
      consecutiveFailures: 2,
      lastCheck: { result: 'failed', status: 500, ageMs: 5_000 },
    }
    expect(health.snapshot()).toEqual(unhealthy)
    expect(JSON.parse(JSON.stringify(health.snapshot()))).toEqual(unhealthy)
  })

  it('tells its changes, and nothing while it stays as it is', () => {
    const health = new Health('items', { healthyThreshold: 2, unhealthyThreshold: 1 }, fakeClock())
    const passed = { result: 'passed', status: 200 } as const
    expect(health.count(passed)).toEqual({
      type: 'health.changed',
      target: 'items',
      state: 'healthy',
      previous: 'initial',
      why: 'a check passed',
    })
    expect(health.count(passed)).toBeUndefined()
    const failed = { result: 'failed', code: 'Sandbox.Timedout' } as const
    expect(health.count(failed)).toMatchObject({
      previous: 'healthy',
      why: 'a check failed: Sandbox.Timedout',
    })
    expect(health.count(failed)).toBeUndefined()
    expect(health.count(passed)).toBeUndefined()
    expect(health.count(passed)).toMatchObject({ previous: 'unhealthy', why: '2 checks in a row passed' })
  })
})

describe('the times of health checks', () => {
  it('are at once, and an interval after the end of the one before', async () => {
    const { check, clock, items } = checking()
    const times: number[] = []
    const note = (): object => ({ status: times.push(clock.now()) && 200 })
    items.after('4s').replies(note).after('4s').replies(note).replies(note)
    check.start()
    expect(check.nextInMs).toBe(0)
    await clock.advance('4s')
    expect(check.nextInMs).toBe(10_000)
    await clock.advance('7s')
    expect(check.nextInMs).toBe(3_000)
    await clock.advance('60s')
    expect(times).toEqual([4_000, 18_000, 28_000, 38_000, 48_000, 58_000, 68_000])
  })

  it('never overlap, however slow the target', async () => {
    const { check, clock, items } = checking({ options: { interval: '1s', timeout: '60s' } })
    items.hangs()
    check.start()
    await clock.advance('60s')
    expect(items.requests).toHaveLength(1)
    await clock.advance('1s')
    expect(items.requests).toHaveLength(2)
  })

  it('end with the timeout', async () => {
    const scene = checking({ options: { timeout: '3s' } })
    scene.items.hangs()
    scene.check.start()
    await scene.clock.advance(2_999)
    expect(scene.check.health()).not.toHaveProperty('lastCheck')
    await scene.clock.advance(1)
    expect(scene.check.health().lastCheck).toEqual({ result: 'failed', code: 'DeadlineExceeded', ageMs: 0 })
    expect(scene.check.nextInMs).toBe(10_000)
  })
})

describe('a health check', () => {
  it('has a load balancer’s settings unless told otherwise', () => {
    expect(healthCheckSettings({})).toEqual({
      path: '/',
      intervalMs: 35_000,
      timeoutMs: 30_000,
      healthyThreshold: 5,
      unhealthyThreshold: 2,
      statuses: [200],
    })
  })

  it('asks for its path, as the format says', async () => {
    const scene = checking({ options: { path: '/health' } })
    await once(scene)
    expect(scene.items.requests.map(({ payload }) => payload)).toEqual([{ line: 'GET /health' }])
  })

  test.each([
    [200, undefined, 'passed'],
    [204, undefined, 'failed'],
    [503, undefined, 'failed'],
    [204, [200, 204], 'passed'],
    [200, [204], 'failed'],
    [503, [503], 'passed'],
  ])('answered %i where %j are good has %s', async (status, statuses, result) => {
    const scene = checking(statuses && { options: { statuses } })
    scene.items.replies({ status })
    expect((await once(scene)).lastCheck).toEqual({ result, status, ageMs: 0 })
  })

  test.each<[string, (items: FunctionScript) => FunctionScript, string]>([
    ['throws', (items) => items.throws('TypeError'), 'FunctionError'],
    ['is throttled', (items) => items.throttled(), 'TooManyRequestsException'],
    ['is gone', (items) => items.fails('ResourceNotFoundException'), 'ResourceNotFoundException'],
    ['replies nonsense', (items) => items.replies({}), 'HttpReplyInvalid'],
  ])('has failed where the function %s', async (_, prepare, code) => {
    const scene = checking()
    prepare(scene.items)
    expect((await once(scene)).lastCheck).toEqual({ result: 'failed', code, ageMs: 0 })
  })

  it('has failed where its event cannot be made', async () => {
    const encode = (): never => {
      throw new TypeError('no such request')
    }
    const scene = checking({ format: { ...plain, encode } })
    expect((await once(scene)).lastCheck).toEqual({ result: 'failed', code: 'OperationFailed', ageMs: 0 })
    expect(scene.check.nextInMs).toBe(10_000)
  })

  it('is one request, whatever the function’s retries', async () => {
    const scene = checking({ change: (fn) => fn.retry({ attempts: 5 }).idempotent() })
    scene.items.replies({ status: 503 })
    await once(scene)
    await scene.clock.advance(9_999)
    expect(scene.items.requests).toHaveLength(1)
  })

  it('is one request, however slow, whatever the function’s hedge', async () => {
    const scene = checking({ change: (fn) => fn.idempotent().hedge({ after: '100ms' }) })
    scene.items.after('1s').replies({ status: 200 })
    scene.check.start()
    await scene.clock.advance('1s')
    expect(scene.check.health().lastCheck).toMatchObject({ result: 'passed' })
    expect(scene.items.requests).toHaveLength(1)
  })

  it('reaches a function whose circuit is open, and leaves the circuit alone', async () => {
    const scene = checking({ change: (fn) => fn.retry(false).circuitBreaker({ consecutiveFailures: 1 }) })
    scene.items.fails('ServiceException').replies({ status: 200 })
    await scene.fn.safeInvoke()
    expect(scene.fn.circuit?.state).toBe('open')
    expect(await once(scene)).toMatchObject({ state: 'healthy', lastCheck: { result: 'passed' } })
    expect(scene.fn.circuit?.state).toBe('open')
  })

  it('does not open a circuit', async () => {
    const scene = checking({ change: (fn) => fn.circuitBreaker({ consecutiveFailures: 1 }) })
    scene.items.fails('ServiceException')
    await once(scene)
    expect(scene.fn.circuit?.state).toBe('closed')
  })

  test.each<[string, NonNullable<Setup['change']>]>([
    ['a value', (fn) => fn.fallback({ status: 200 })],
    ['another function', (fn, lambda) => fn.fallback(lambda('other')).idempotent()],
  ])('is not answered by a fallback: %s', async (_, change) => {
    const scene = checking({ change })
    scene.items.fails('ServiceException')
    scene.script('other').replies({ status: 200 })
    expect((await once(scene)).lastCheck).toMatchObject({ result: 'failed', code: 'ServiceException' })
    expect(scene.script('other').requests).toEqual([])
  })

  it('has its own timeout in place of the function’s deadline and timeout', async () => {
    const scene = checking({
      options: { timeout: '5s' },
      change: (fn) => fn.deadline('2s').timeout('1s'),
    })
    scene.items.after('4s').replies({ status: 200 })
    scene.check.start()
    await scene.clock.advance('4s')
    expect(scene.check.health().lastCheck).toEqual({ result: 'passed', status: 200, ageMs: 0 })
  })

  it('needs no place among the function’s calls', async () => {
    const scene = checking({ change: (fn) => fn.bulkhead({ concurrency: 1, queue: 0 }) })
    scene.items.hangs().replies({ status: 200 })
    void scene.fn.safeInvoke()
    expect(await once(scene)).toMatchObject({ lastCheck: { result: 'passed' } })
  })

  it('that finds no place among the client’s calls was not sent, and counts as nothing', async () => {
    const scene = checking({
      options: { unhealthyThreshold: 1 },
      invoker: { bulkhead: { concurrency: 1, queue: 0 } },
    })
    scene.items.hangs().replies({ status: 200 })
    void scene.fn.safeInvoke()
    expect(await once(scene)).toMatchObject({
      state: 'initial',
      consecutiveFailures: 0,
      lastCheck: { result: 'unsent', code: 'BulkheadFull' },
    })
    expect(scene.items.requests).toHaveLength(1)
    await scene.clock.advance('70s')
    expect(scene.check.health()).toMatchObject({ state: 'healthy', consecutiveFailures: 0 })
  })

  it('tells of changes only', async () => {
    const scene = checking({ options: { unhealthyThreshold: 1, healthyThreshold: 1 } })
    const [good, bad] = [{ status: 200 }, { status: 500 }]
    scene.items.replies(good).replies(good).replies(bad).replies(bad).replies(good)
    scene.check.start()
    await scene.clock.advance('45s')
    expect(scene.changes.map(({ previous, state }) => `${previous} to ${state}`)).toEqual([
      'initial to healthy',
      'healthy to unhealthy',
      'unhealthy to healthy',
    ])
    expect(scene.changes[1]).toMatchObject({ target: 'items', why: 'a check failed: answered 500' })
  })
})

describe('the end of health checks', () => {
  it('cancels the one under way, which then counts as nothing', async () => {
    const { check, clock, items, events, changes } = checking({ options: { unhealthyThreshold: 1 } })
    items.hangs()
    check.start()
    await clock.advance('1s')
    const before = check.health()
    check.close()
    await clock.advance(0)
    expect(events.at(-1)).toMatchObject({ type: 'call.ended', failure: { code: 'Aborted' } })
    expect(clock.pending).toBe(0)
    expect(check.health()).toEqual(before)
    expect(changes).toEqual([])
  })

  it('leaves no timer, and the state as it is', async () => {
    const scene = checking()
    scene.items.replies({ status: 200 })
    const { state } = await once(scene)
    expect(scene.clock.pending).toBe(1)
    scene.check.close()
    scene.check.close()
    expect(scene.clock.pending).toBe(0)
    await scene.clock.advance('60s')
    expect(scene.items.requests).toHaveLength(1)
    expect(scene.check.health().state).toBe(state)
  })

  it('can come from who hears of a change', async () => {
    const scene = scripted()
    scene.script('items').replies({ status: 200 })
    const settings = healthCheckSettings({})
    if (!settings) throw new Error('The check is off.')
    const { clock, lambda } = scene
    const check: HealthCheck = new HealthCheck({
      fn: lambda('items'),
      format: plain,
      settings,
      clock,
      changed: () => check.close(),
    })
    check.start()
    await clock.advance('60s')
    expect(clock.pending).toBe(0)
    expect(scene.script('items').requests).toHaveLength(1)
  })
})
