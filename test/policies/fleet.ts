import { Cells } from '../../src/core/cells/cells.js'
import type { Limiter } from '../../src/core/cells/limiter.js'
import { History } from '../../src/core/history.js'
import { answered, failed, type Outcome } from '../../src/core/outcome.js'
import type { Next } from '../../src/core/policy.js'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { adaptivePolicy } from '../../src/policies/adaptive.js'
import { parseAdaptive, type AdaptiveOptions } from '../../src/policies/adaptive-settings.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

/** From when on so many attempts may be in flight at the service. Time in ms. */
export interface Phase {
  readonly fromMs: number
  readonly limit: number
}

/** What a fleet of callers is to do. Times in ms. */
export interface FleetOptions {
  readonly seed?: number
  readonly callers?: number
  /** The callers are spread over so many processes, which know nothing of each other. */
  readonly processes?: number
  readonly phases?: readonly Phase[]
  /** How many attempts the service lets begin in a second; a second's worth may come at once. */
  readonly perSecond?: number
  readonly endMs: number
  readonly adaptive?: AdaptiveOptions
  /** From the caller to the service, and back. */
  readonly oneWayMs?: number
  /** Of the lognormal service time. */
  readonly medianMs?: number
  readonly sigma?: number
  /** How long a caller waits after a throttle before it comes again, at least; at most twice that. */
  readonly backoffMs?: number
}

/** One attempt, as the service saw it. */
interface Seen {
  readonly atMs: number
  readonly throttled: boolean
}

const CONCURRENCY = 'ReservedFunctionConcurrentInvocationLimitExceeded'
const RATE = 'ReservedFunctionInvocationRateLimitExceeded'

/** What the service counted. */
export class Fleet {
  readonly seen: Seen[] = []
  /** When how many were in flight at the service. */
  readonly levels: { readonly atMs: number; readonly inUse: number }[] = []
  readonly limits: { readonly atMs: number; readonly limit: number }[] = []

  /** The share of attempts of that time that were throttled. */
  throttled(fromMs: number, toMs: number): number {
    const seen = this.seen.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    return seen.filter(({ throttled }) => throttled).length / seen.length
  }

  /** How many attempts of that time were let in, for each second. */
  accepted(fromMs: number, toMs: number): number {
    const accepted = this.seen.filter(({ atMs, throttled }) => !throttled && atMs >= fromMs && atMs < toMs)
    return (accepted.length / (toMs - fromMs)) * 1_000
  }

  /** The mean of what was in use over that time, as a share of the limit. */
  used(fromMs: number, toMs: number, limit: number): number {
    let area = 0
    let last = { atMs: fromMs, inUse: 0 }
    for (const level of [...this.levels, { atMs: toMs, inUse: 0 }]) {
      const end = Math.min(toMs, level.atMs)
      if (end > last.atMs) area += (end - last.atMs) * last.inUse
      last = { atMs: Math.max(fromMs, level.atMs), inUse: level.inUse }
      if (level.atMs >= toMs) break
    }
    return area / (toMs - fromMs) / limit
  }
}

/** Callers in a closed loop around the policy itself, against a service whose limit nobody tells them. */
export async function runFleet(options: FleetOptions): Promise<Fleet> {
  const {
    callers = 200,
    phases = [],
    perSecond = 1e9,
    endMs,
    oneWayMs = 3,
    medianMs = 190,
    sigma = 0.4,
    backoffMs = 500,
  } = options
  const clock = fakeClock({ seed: options.seed ?? 1 })
  const processes = Array.from({ length: options.processes ?? 1 }, () => new Cells())
  const fleet = new Fleet()
  let inUse = 0
  const startsNow = ratePerSecond(perSecond, () => clock.now())
  const limitNow = (): number => phases.findLast(({ fromMs }) => fromMs <= clock.now())?.limit ?? Infinity
  const pass = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))

  async function service(): Promise<Outcome> {
    await pass(oneWayMs)
    const reason = !startsNow() ? RATE : inUse >= limitNow() ? CONCURRENCY : undefined
    fleet.seen.push({ atMs: clock.now(), throttled: reason !== undefined })
    if (reason) {
      await pass(oneWayMs)
      return failed(failure('TooManyRequestsException', 'Rate Exceeded', { reason }))
    }
    fleet.levels.push({ atMs: clock.now(), inUse: ++inUse })
    await pass(medianMs * Math.exp(sigma * gaussian(clock.random)))
    fleet.levels.push({ atMs: clock.now(), inUse: --inUse })
    await pass(oneWayMs)
    return answered('value')
  }

  const policy = adaptivePolicy(parseAdaptive(options.adaptive ?? true, 'adaptive'))
  const next: Next = policy(service)
  const subject = { name: 'quote', key: 'quote', clientKey: 'client' }
  const call = { subject, payload: undefined, idempotent: false }

  async function caller(_: unknown, number: number): Promise<void> {
    const cells = processes[number % processes.length] ?? new Cells()
    while (clock.now() < endMs) {
      const history = new History(clock, undefined)
      const outcome = await next(call, {
        clock,
        cells,
        scope: new Scope(),
        deadlineAt: clock.now() + 60_000,
        history,
        emit: (event) =>
          void (
            event.type === 'adaptive.limit' &&
            event.scope === 'function' &&
            fleet.limits.push({ atMs: clock.now(), limit: event.to ?? Infinity })
          ),
      })
      if (!outcome.ok) await pass(backoffMs * (1 + clock.random()))
    }
  }
  await clock.runUntil(Promise.all(Array.from({ length: callers }, () => undefined).map(caller)))
  for (const [, limiter] of processes.flatMap((cells) => [...cells.entries<Limiter>('limiter')])) {
    if (limiter.inFlight > 0 || limiter.queued > 0 || !Number.isFinite(limiter.inFlight))
      throw new Error('a place has leaked')
  }
  return fleet
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Whether one more may begin: a second's worth may come at once. */
function ratePerSecond(perSecond: number, now: () => number): () => boolean {
  let tokens = perSecond
  let filledAt = now()
  return () => {
    tokens = Math.min(perSecond, tokens + ((now() - filledAt) / 1_000) * perSecond)
    filledAt = now()
    if (tokens < 1) return false
    tokens--
    return true
  }
}
