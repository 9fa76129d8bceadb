import type { Call, Context, Leave } from '../core/call.js'
import { HedgeAllowance, type HedgeRefusal } from '../core/cells/hedge-allowance.js'
import { circuitsOf } from '../core/cells/circuits.js'
import { LatencyWindow } from '../core/cells/latency-window.js'
import type { Timer } from '../core/clock.js'
import { failed, type Failed, type Outcome } from '../core/outcome.js'
import type { Next, Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { refusedAs } from '../core/settings.js'
import { failure } from '../failures/failure.js'
import { worse } from '../failures/verdict.js'
import type { HedgeSettings } from './hedge-settings.js'

const OVERTAKEN = failure('AttemptOvertaken')

const UNHEALTHY: HedgeRefusal = { reason: 'circuit', why: 'the circuit is not closed' }
const SPENT: HedgeRefusal = { reason: 'budget', why: 'the retry budget of the function is spent' }

const THROTTLED: HedgeRefusal = { reason: 'throttled', why: 'an attempt was throttled lately' }
const LIMITED: HedgeRefusal = {
  reason: 'in-flight',
  why: 'as many attempts as throttles allow are in flight',
}

const NEEDS_IDEMPOTENCE =
  'left out, or the call declared idempotent with .idempotent() or idempotent: true, since a hedge may run the function twice'

/** One of the attempts of a call. */
interface Runner {
  readonly scope: Scope
  readonly startedAt: number
  readonly hedge: boolean
  /** Gives back its place, where attempts are limited. */
  readonly leave: Leave | undefined
}

/** Makes a second attempt when the first is slow; the first good answer wins, and the others are let go. */
export function hedgePolicy(settings: HedgeSettings): Policy {
  const { after, atLeastMs, maxExtra, whereSafe } = settings
  return (next) =>
    async function hedge(call, context) {
      if (!call.idempotent) {
        // At another target of a failover a call may be less sure of itself than at its own.
        if (whereSafe || context.target !== undefined) return next(call, context)
        throw refusedAs('set for a call that is not', 'hedge', NEEDS_IDEMPOTENCE)
      }
      const { cells, clock } = context
      const { key } = call.subject
      const allowance = cells.get(`hedge:${maxExtra}`, key, () => new HedgeAllowance(maxExtra, clock))
      if ('fixedMs' in after)
        return race(next, call, context, {
          settings,
          allowance,
          delayMs: after.fixedMs,
          latencies: undefined,
        })
      const latencies = cells.get('latencies', key, () => new LatencyWindow(clock))
      const slowMs = latencies.quantile(after.quantile)
      const delayMs = slowMs === undefined ? Infinity : Math.max(atLeastMs, slowMs)
      return race(next, call, context, { settings, allowance, delayMs, latencies })
    }
}

interface Terms {
  readonly settings: HedgeSettings
  readonly allowance: HedgeAllowance
  readonly delayMs: number
  readonly latencies: LatencyWindow | undefined
}

/** The first good answer of all attempts, or what the first failed with when none is left that could answer. */
function race(
  next: Next,
  call: Call,
  context: Context,
  { settings, allowance, delayMs, latencies }: Terms,
): Promise<Outcome> {
  const { clock, emit, scope, limiter } = context
  const startedAt = clock.now()
  const running = new Set<Runner>()
  const failures: Failed[] = []
  let hedges = 0
  let over = false
  let timer: Timer | undefined
  let forget: (() => void) | undefined

  return new Promise((resolve, reject) => {
    allowance.enter()
    void run(limiter?.leave)
    forget = scope.onCancel((why) => finish(() => resolve(failed(why))))
    arm()

    async function run(leave: Leave | undefined, hedge = false): Promise<void> {
      const own = new Scope(scope)
      const runner: Runner = { scope: own, startedAt: clock.now(), hedge, leave }
      running.add(runner)
      try {
        const outcome = await next(call, { ...context, scope: own, ...(hedge && { hedge }) })
        if (!over) ended(runner, outcome)
      } catch (error) {
        finish(() => reject(error))
      }
    }

    function ended(runner: Runner, outcome: Outcome): void {
      settle(runner, outcome.ok, outcome)
      if (outcome.ok) {
        allowance.earn()
        return finish(() => resolve(outcome))
      }
      const { verdict, retryAfterMs } = outcome.failure
      if (verdict.kind === 'throttle') allowance.throttled(retryAfterMs)
      if (runner.hedge) failures.push(outcome)
      else failures.unshift(outcome)
      if (running.size === 0) finish(() => resolve(failures.reduce(together)))
    }

    /** Takes an attempt out of the race, and learns from it. */
    function settle(runner: Runner, answered: boolean, outcome?: Outcome): void {
      const durationMs = clock.now() - runner.startedAt
      running.delete(runner)
      runner.scope.close()
      runner.leave?.(outcome)
      if (runner.hedge) {
        allowance.end(answered, durationMs, delayMs)
        if (answered) emit?.({ type: 'hedge.won', afterMs: runner.startedAt - startedAt, durationMs })
      } else if (answered || durationMs >= delayMs) {
        // What was cut after the delay would have taken longer still: left out, slow attempts would go missing, and the
        // quantile would creep down. What was cut or failed before says nothing of how long answers take.
        latencies?.record(durationMs)
      }
    }

    /** Once; observers that are told of the end may cancel the call. */
    function finish(tell: () => void): void {
      if (over) return
      over = true
      timer?.cancel()
      forget?.()
      allowance.leave()
      for (const runner of running) {
        settle(runner, false)
        runner.scope.cancel(scope.cancelled ?? OVERTAKEN)
      }
      tell()
    }

    function arm(): void {
      if (over || clock.now() + delayMs >= context.deadlineAt) return
      timer = clock.setTimer(delayMs, extra)
    }

    function extra(): void {
      const leave = limiter?.take()
      const refusal = limiter && !leave ? LIMITED : refusalNow()
      if (refusal) {
        leave?.()
        return emit?.({ type: 'hedge.refused', ...refusal })
      }
      emit?.({ type: 'hedge.started', afterMs: clock.now() - startedAt })
      // Who hears of it may have cancelled the call.
      if (over) return leave?.()
      allowance.begin()
      hedges++
      void run(leave, true)
      if (hedges < settings.attempts - 1) arm()
    }

    function refusalNow(): HedgeRefusal | undefined {
      if (!circuitsOf(context.cells, call.subject.key).closed) return UNHEALTHY
      if (limiter?.throttledLately) return THROTTLED
      const refusal = allowance.refusal(hedges)
      if (refusal) return refusal
      return context.budget?.takeOne() === false ? SPENT : undefined
    }
  })
}

/** What the first attempt failed with, as without a hedge; whether one ran, and how long to wait, is told of all. */
function together({ failure: first }: Failed, { failure: other }: Failed): Failed {
  const ran = worse(first.verdict.ran, other.verdict.ran)
  const retryAfterMs = Math.max(first.retryAfterMs ?? 0, other.retryAfterMs ?? 0)
  return failed({
    ...first,
    verdict: { ...first.verdict, ran },
    ...(retryAfterMs > 0 && { retryAfterMs }),
  })
}
