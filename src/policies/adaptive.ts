import type { AttemptLimiter, Context, Leave, Subject } from '../core/call.js'
import { Limiter, type LimiterSettings, type Place, type Usage } from '../core/cells/limiter.js'
import { remembered } from '../core/cells/remembered.js'
import { copyOf } from '../core/context.js'
import { formatMs } from '../core/duration.js'
import type { LimitScope } from '../core/events.js'
import { Exit, type Passage } from '../core/guard.js'
import { failed, type Outcome } from '../core/outcome.js'
import { policyOf, type Policy } from '../core/policy.js'
import { failure, type Failure } from '../failures/failure.js'

/** The kinds of all limiters begin so. */
export const LIMITERS = 'limiter'

/** An account's concurrency bounds nobody before it is throttled; those who wait for it are bounded by their functions. */
const ACCOUNT_SETTINGS: LimiterSettings = Object.freeze({
  initial: Infinity,
  min: 1,
  max: Infinity,
  queue: Infinity,
})

interface Limit {
  readonly scope: LimitScope
  readonly of: 'concurrency' | 'rate'
}

/**
 * Which limit a throttle speaks of, by its Reason.
 *
 * Source: Lambda API, `TooManyRequestsException`.
 */
const LIMITS: ReadonlyMap<string | undefined, Limit> = new Map<string, Limit>([
  ['ConcurrentInvocationLimitExceeded', { scope: 'account', of: 'concurrency' }],
  ['CallerRateLimitExceeded', { scope: 'account', of: 'rate' }],
  ['FunctionInvocationRateLimitExceeded', { scope: 'function', of: 'rate' }],
  ['ReservedFunctionInvocationRateLimitExceeded', { scope: 'function', of: 'rate' }],
])

/** The function's reserved concurrency, and whatever is unknown or not told. */
const OTHERWISE: Limit = { scope: 'function', of: 'concurrency' }

/** Bounds the attempts in flight by what throttles tell: those of each function, and of all functions of an account. */
export function adaptivePolicy(settings: LimiterSettings): Policy {
  const { initial, min, max, queue } = settings
  const kind = `${LIMITERS}:${initial}/${min}/${max}/${queue}`
  const limitersFor = remembered(limitersOf)
  return policyOf(function adaptive(passage) {
    const { call, context } = passage
    const held = new HeldPlaces(limitersFor(call.subject, context), context)
    const leave = held.take()
    return leave
      ? enter(leave)
      : held.wait().then((late) => (typeof late === 'function' ? enter(late) : failed(late)))

    function enter(leave: Leave): Exit {
      const limiter: AttemptLimiter = {
        leave,
        take: () => held.take(),
        get throttledLately() {
          return held.throttledLately
        },
      }
      const inside = copyOf(context)
      inside.limiter = limiter
      passage.context = inside
      return new HoldingEnd(leave, held)
    }
  })

  function limitersOf(
    subject: Subject,
    { cells, clock }: Pick<Context, 'cells' | 'clock'>,
  ): readonly Scoped[] {
    const { key, name, invoked, clientKey, account = clientKey } = subject
    const target = invoked?.tenant === undefined ? name : `${name} for tenant ${invoked.tenant}`
    const own = cells.get(kind, key, () => new Limiter({ target, scope: 'function' }, settings, clock))
    const shared = cells.get(
      LIMITERS,
      `account ${account}`,
      () => new Limiter({ target: account, scope: 'account' }, ACCOUNT_SETTINGS, clock),
    )
    return [
      { scope: 'function', limiter: own },
      { scope: 'account', limiter: shared },
    ]
  }
}

class HoldingEnd extends Exit {
  readonly #leave: Leave
  readonly #held: HeldPlaces

  constructor(leave: Leave, held: HeldPlaces) {
    super()
    this.#leave = leave
    this.#held = held
  }

  leave(outcome: Outcome, { crashed }: Passage): void {
    this.#leave(crashed ? undefined : outcome)
    this.#held.end()
  }
}

interface Scoped {
  readonly scope: LimitScope
  readonly limiter: Limiter
}

/** The places that one attempt and those beside it hold, each in the function's limiter and in the account's. */
class HeldPlaces {
  readonly #limiters: readonly Scoped[]
  readonly #context: Context
  readonly #held = new Set<Leave>()
  #ended = false

  constructor(limiters: readonly Scoped[], context: Context) {
    this.#limiters = limiters
    this.#context = context
  }

  get throttledLately(): boolean {
    return this.#limiters.some(({ limiter }) => limiter.throttledLately)
  }

  /** Takes a place in all limiters, or in none: the account's first, which is seldom what is missing. */
  take(): Leave | undefined {
    if (this.#ended) return undefined
    const places: (Place | undefined)[] = []
    for (let index = this.#limiters.length - 1; index >= 0; index--) {
      places[index] = this.#limiters[index]?.limiter.take()
      if (places[index]) continue
      this.#giveBack(places)
      return undefined
    }
    return this.#hold(places)
  }

  /** Waits for a place in one after the other; or why there is none. */
  async wait(): Promise<Leave | Failure> {
    const places: Place[] = []
    for (const scoped of this.#limiters) {
      const place = scoped.limiter.take() ?? (await waitForPlace(scoped, this.#context))
      if ('verdict' in place) {
        this.#giveBack(places)
        return place
      }
      places.push(place)
    }
    // What was spent waiting for the others is no part of an attempt's duration.
    const beganAt = this.#context.clock.now()
    return this.#hold(places.map((place) => ({ ...place, beganAt })))
  }

  /** Gives back whatever is still held. */
  end(): void {
    this.#ended = true
    for (const leave of this.#held) leave()
  }

  #hold(places: readonly (Place | undefined)[]): Leave {
    const leave: Leave = (outcome) => {
      if (this.#held.delete(leave)) this.#giveBack(places, outcome)
    }
    this.#held.add(leave)
    return leave
  }

  #giveBack(places: readonly (Place | undefined)[], outcome?: Outcome): void {
    for (const [index, { scope, limiter }] of this.#limiters.entries()) {
      const place = places[index]
      if (!place) continue
      const usage = usageOf(outcome, scope)
      // While others wait for the account, not all places of the function are in use.
      const isFull = usage !== 'accepted' || !this.#limiters[index + 1]?.limiter.queued
      limiter.leave(place, isFull ? usage : 'unknown', this.#context.emit)
    }
  }
}

/** A place, or why there is none. */
function waitForPlace({ scope, limiter }: Scoped, context: Context): Promise<Place | Failure> {
  const { clock, emit, deadlineAt, history } = context
  return new Promise((resolve) => {
    if (context.scope.cancelled) return resolve(context.scope.cancelled)
    const { inFlight, queued } = limiter
    const neededMs = limiter.neededMs(deadlineAt)
    const crowd = `${inFlight} attempts are in flight and ${queued} wait`
    if (clock.now() + neededMs >= deadlineAt) {
      const leftMs = Math.max(0, deadlineAt - clock.now())
      return resolve(
        refused(`${crowd}: it needs ${formatMs(neededMs)} of the ${formatMs(leftMs)} that remain`),
      )
    }
    const startedAt = clock.now()
    const waiter = { deadlineAt, admit: settle }
    const leave = limiter.join(waiter)
    if (!leave) return resolve(refused(crowd))
    const forget = context.scope.onCancel(function giveUp(why) {
      leave()
      settle(why)
    })
    // Last, since an observer may cancel the call on hearing it.
    emit?.({ type: 'adaptive.queued', scope, inFlight, queued: limiter.queued })

    /** On the spot, since a call that is cancelled while it waits ends before anybody hears of the promise. */
    function settle(end: Place | Failure): void {
      forget()
      history.queuedMs += clock.now() - startedAt
      resolve(end)
    }

    function refused(why: string): Failure {
      const retryAfterMs = neededMs > 0 ? Math.ceil(neededMs) : undefined
      emit?.({
        type: 'adaptive.refused',
        scope,
        why,
        inFlight,
        queued,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      })
      const whose = scope === 'function' ? 'the function' : 'the account'
      return failure('ConcurrencyLimited', `the concurrency of ${whose} is limited: ${why}`, { retryAfterMs })
    }
  })
}

function usageOf(outcome: Outcome | undefined, scope: LimitScope): Usage {
  if (!outcome) return 'unknown'
  // A function that answers "too many requests" itself has had its place.
  if (outcome.ok || outcome.failure.verdict.ran === 'yes') return 'accepted'
  const { verdict, reason, retryAfterMs } = outcome.failure
  if (verdict.kind !== 'throttle') return 'unknown'
  const limit = LIMITS.get(reason) ?? OTHERWISE
  return limit.scope === scope ? { throttled: limit.of, retryAfterMs } : 'unknown'
}
