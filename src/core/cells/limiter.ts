import type { Clock, Timer } from '../clock.js'
import type { Emit, LimitScope } from '../events.js'
import type { Cell } from './cells.js'
import { LatencyCell } from './latency.js'
import { LearnedLimit, type LimitBounds } from './learned-limit.js'
import { Pace } from './pace.js'
import type { Seed } from './seeds.js'
import { WaitingLine, type Waiter } from './waiting-line.js'

/** How attempts of one function, or of all functions of an account, are limited. */
export interface LimiterSettings extends LimitBounds {
  /** Attempts that may wait for a place. */
  readonly queue: number
}

/** What is limited, for people and events. */
export interface Limited {
  readonly target: string
  readonly scope: LimitScope
}

/** How a limit stands. */
export interface LimitSnapshot {
  /** The function, or the account and its region, as people write it. */
  readonly target: string
  readonly scope: LimitScope
  /** Attempts that may be in flight; undefined while nothing limits them. */
  readonly limit: number | undefined
  readonly inFlight: number
  readonly queued: number
  /** Between two starts, in ms; 0 while their rate is not limited. */
  readonly paceMs: number
  /** Throttles since it was made. */
  readonly throttles: number
}

/** A place that was taken, to be handed back. */
export interface Place {
  /** Counts the attempts. */
  readonly number: number
  readonly beganAt: number
}

/** A throttle, and what it speaks of. */
export interface Throttled {
  readonly throttled: 'concurrency' | 'rate'
  readonly retryAfterMs: number | undefined
}

/** How an attempt went, as far as its limiter is concerned. */
export type Usage = 'accepted' | 'unknown' | Throttled

/** After so long without a throttle, a limit that holds nobody up says nothing any more. */
const QUIET_MS = 60_000
const LATELY_MS = 10_000
const ENOUGH_ANSWERS = 10
/** The mean follows about so many of the latest answers. */
const MEAN_OVER = 32

/** Places for attempts in flight, as many as throttles tell, and a line before them. */
export class Limiter implements Cell {
  readonly #limited: Limited
  readonly #settings: LimiterSettings
  readonly #clock: Clock
  readonly #line = new WaitingLine<Place>()
  readonly #latency = new LatencyCell()
  readonly #pace: Pace
  #limit: LearnedLimit
  #inFlight = 0
  #begun = 0
  #throttles = 0
  #throttledAt = -Infinity
  #waitedAt = -Infinity
  #answers = 0
  #meanMs = 0
  #timer: Timer | undefined

  constructor(limited: Limited, settings: LimiterSettings, clock: Clock) {
    this.#limited = limited
    this.#settings = settings
    this.#clock = clock
    this.#limit = new LearnedLimit(settings)
    this.#pace = new Pace(clock, QUIET_MS)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#line.size
  }

  get throttledLately(): boolean {
    return this.#clock.now() - this.#throttledAt < LATELY_MS
  }

  snapshot(): LimitSnapshot {
    const { value } = this.#limit
    return {
      ...this.#limited,
      limit: value === Infinity ? undefined : Math.floor(value),
      inFlight: this.#inFlight,
      queued: this.#line.size,
      paceMs: this.#pace.intervalMs,
      throttles: this.#throttles,
    }
  }

  /** Takes a place if one is free and nobody waits for it. */
  take(): Place | undefined {
    return this.#line.size === 0 && this.#free() ? this.#begin() : undefined
  }

  /** Joins the line; undefined when it is full. The returned function leaves it. */
  join(waiter: Waiter<Place>): (() => void) | undefined {
    if (this.#line.size >= this.#settings.queue) return undefined
    this.#line.add(waiter)
    this.#arm()
    return () => {
      this.#line.remove(waiter)
      this.#arm()
    }
  }

  /** Gives a place back, learns from how its attempt went, and serves those who wait. */
  leave(place: Place, usage: Usage, emit?: Emit): void {
    const before = this.#limit.value
    if (usage === 'accepted') this.#accepted(place)
    else if (usage !== 'unknown') this.#throttled(place, usage, emit)
    this.#inFlight--
    this.#tell(before, emit)
    this.#serve()
  }

  /**
   * How long somebody with this deadline would wait and be served at the very least, in ms: from the mean of the latest
   * answers, and 0 while there are too few to tell.
   */
  neededMs(deadlineAt: number): number {
    const turns = this.#line.before(deadlineAt) + 1
    const forPace = this.#pace.delayMs + (turns - 1) * this.#pace.intervalMs
    if (this.#answers < ENOUGH_ANSWERS) return forPace
    return Math.max(forPace, (turns * this.#meanMs) / this.#limit.value) + this.#latency.leastMs
  }

  idle(): boolean {
    return this.#inFlight === 0 && this.#line.size === 0 && this.#quiet
  }

  save(): unknown {
    return this.idle() ? undefined : this.#limit.save()
  }

  restore({ saved }: Seed): void {
    this.#limit.restore(saved)
  }

  /** Whether what was learned has bounded nobody for long. */
  get #quiet(): boolean {
    return this.#clock.now() - Math.max(this.#throttledAt, this.#waitedAt) > QUIET_MS
  }

  /** Whether it has bounded nobody for long, where nothing bounded anybody to begin with. */
  get #isNeedless(): boolean {
    return this.#settings.initial === Infinity && this.#limit.value < Infinity && this.#quiet
  }

  #free(): boolean {
    return this.#inFlight + 1 <= this.#limit.value && this.#pace.free()
  }

  #begin(): Place {
    this.#inFlight++
    this.#pace.start()
    return { number: this.#begun++, beganAt: this.#clock.now() }
  }

  #accepted({ beganAt }: Place): void {
    const tookMs = this.#clock.now() - beganAt
    this.#latency.record(tookMs)
    this.#answers++
    this.#meanMs += (tookMs - this.#meanMs) / Math.min(this.#answers, MEAN_OVER)
    this.#pace.accepted()
    if (this.#isNeedless) this.#limit = new LearnedLimit(this.#settings)
    else if (this.#limit.isUsedBy(this.#inFlight)) this.#limit.grow()
  }

  #throttled({ number }: Place, { throttled, retryAfterMs }: Throttled, emit?: Emit): void {
    this.#throttles++
    this.#throttledAt = this.#clock.now()
    if (throttled === 'concurrency') return void this.#limit.shrink(number, this.#inFlight, this.#begun)
    const { intervalMs } = this.#pace
    if (!this.#pace.throttled(number, this.#begun, retryAfterMs)) return
    emit?.({
      type: 'adaptive.pace',
      scope: this.#limited.scope,
      fromMs: intervalMs,
      toMs: this.#pace.intervalMs,
    })
  }

  /** A change is told where it changes the number of places. */
  #tell(before: number, emit: Emit | undefined): void {
    const { value } = this.#limit
    if (!emit || Math.floor(value) === Math.floor(before)) return
    emit({
      type: 'adaptive.limit',
      scope: this.#limited.scope,
      ...(before < Infinity && { from: Math.floor(before) }),
      ...(value < Infinity && { to: Math.floor(value) }),
      why: value < before ? 'throttled' : value < Infinity ? 'used to the full' : 'not needed for long',
    })
  }

  /** Admits as many as there is room for. */
  #serve(): void {
    const now = this.#clock.now()
    while (this.#line.size > 0 && this.#free()) {
      const waiter = this.#line.next()
      // Its deadline is about to cancel it: a request now would be for nobody.
      if (waiter && waiter.deadlineAt > now) waiter.admit(this.#begin())
    }
    this.#arm()
  }

  /** Sees that those who wait for their turn only are served then; who waits for a place is served when one is given back. */
  #arm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#line.size === 0) return
    this.#waitedAt = this.#clock.now()
    const { delayMs } = this.#pace
    if (delayMs > 0) this.#timer = this.#clock.setTimer(delayMs, () => this.#serve())
  }
}
