import type { Clock } from '../clock.js'
import type { CircuitState, Emit } from '../events.js'
import type { Cell } from './cells.js'
import { FailuresInARow } from './failures-in-a-row.js'
import { RollingBreaker } from './rolling-breaker.js'
import { clamped, count, field, type Seed } from './seeds.js'

/** When a circuit opens, for how long, and what closes it. Times in ms. */
export interface CircuitSettings {
  /** Share of failed completions in the window, 0 to 1, at which it opens. */
  readonly failureRate: number
  readonly minimumCalls: number
  readonly windowMs: number
  /** Failures in a row that open it whatever the rate: for functions with little traffic. */
  readonly consecutiveFailures: number
  readonly openForMs: number
  readonly maxOpenForMs: number
  /** Successful probes that close it, and how many may be under way at once. */
  readonly probes: number
  /** Opens it too when this share of completions takes this long. */
  readonly slowCalls: { readonly durationMs: number; readonly rate: number } | false
}

const MOST_OPENINGS = 1_000

/** For probes without a deadline. */
const LONGEST_PROBE_MS = 60_000
/** A circuit that nobody has asked for so long after its time open is as good as a new one. */
const FORGOTTEN_AFTER_MS = 60_000

/** A call's leave to go through, to be handed back with how it went. */
export interface Permit {
  readonly probe: boolean
  /** When a probe must have ended; one that hangs is a failed one. */
  readonly endBy: number
  /** Which period of the circuit it belongs to: what began before a change of state says nothing about the time after. */
  readonly period: number
}

/** How a circuit stands, for health endpoints. */
export interface CircuitSnapshot {
  /** Whose circuit it is, as people write it. */
  readonly target: string
  readonly state: CircuitState
  /** Completions in the window. */
  readonly calls: number
  readonly failures: number
  readonly consecutiveFailures: number
  /** Until it is worth asking again, in ms; 0 while closed, undefined when it was opened by hand. */
  readonly retryAfterMs: number | undefined
  /** How often it opened since it last closed. */
  readonly openings: number
}

/** Whether somebody has opened the circuits of a function by hand; one for all of them. */
export interface Hold {
  held: boolean
}

/** A circuit breaker's state: one for each function, qualifier and tenant. */
export class Circuit implements Cell {
  readonly #target: string
  readonly #settings: CircuitSettings
  readonly #hold: Hold
  readonly #clock: Clock
  readonly #failures: RollingBreaker
  readonly #slow: RollingBreaker | undefined
  #state: CircuitState = 'closed'
  #period = 0
  /** What all calls get while it is closed. */
  #pass = passIn(0)
  readonly #inARow = new FailuresInARow()
  #openings = 0
  #openUntil = 0
  readonly #probes = new Set<Permit>()
  #probesPassed = 0

  constructor(target: string, settings: CircuitSettings, clock: Clock, hold: Hold = { held: false }) {
    this.#target = target
    this.#hold = hold
    const { minimumCalls, windowMs, slowCalls } = settings
    this.#settings = settings
    this.#clock = clock
    this.#failures = new RollingBreaker({ rate: settings.failureRate, minimumCalls, windowMs }, clock)
    this.#slow = slowCalls
      ? new RollingBreaker({ rate: slowCalls.rate, minimumCalls, windowMs }, clock)
      : undefined
  }

  get state(): CircuitState {
    return this.#hold.held ? 'open' : this.#state
  }

  /** Until it is worth asking again, in ms; undefined when it was opened by hand and nobody can tell. */
  get retryAfterMs(): number | undefined {
    if (this.#hold.held) return undefined
    if (this.#state === 'closed') return 0
    if (this.#state === 'half-open') return this.#settings.openForMs
    return Math.max(0, Math.ceil(this.#openUntil - this.#clock.now()))
  }

  snapshot(): CircuitSnapshot {
    return {
      target: this.#target,
      state: this.state,
      ...this.#failures.counts,
      consecutiveFailures: this.#inARow.count,
      retryAfterMs: this.retryAfterMs,
      openings: this.#openings,
    }
  }

  /** Leave to go through; undefined when the call must be refused. A probe has until the call's deadline. */
  admit(emit?: Emit, deadlineAt: number = Infinity): Permit | undefined {
    if (this.#hold.held) return undefined
    if (this.#state === 'closed') return this.#pass
    const now = this.#clock.now()
    if (this.#state === 'open') {
      if (now < this.#openUntil) return undefined
      this.#enter('half-open', 'its time open is over', emit)
    }
    for (const { endBy } of this.#probes) {
      if (endBy >= now) continue
      this.#trip('a probe did not end in time', emit)
      return undefined
    }
    // Each probe that passes makes room for more: traffic comes back in steps, and a slow probe holds nobody up.
    if (this.#probes.size >= this.#settings.probes * (1 + this.#probesPassed)) return undefined
    const endBy = deadlineAt === Infinity ? now + LONGEST_PROBE_MS : deadlineAt
    const permit = { probe: true, endBy, period: this.#period }
    this.#probes.add(permit)
    return permit
  }

  /** Takes a permit back; `ignored` is a result that says nothing about the function's health. */
  settle(
    permit: Permit,
    result: 'success' | 'failure' | 'ignored',
    durationMs: number,
    emit?: Emit,
    now: number = this.#clock.now(),
  ): void {
    if (permit.period !== this.#period) return
    if (permit.probe) this.#settleProbe(permit, result, emit)
    else if (result !== 'ignored') this.#count(result === 'failure', durationMs, emit, now)
  }

  /** Opens all circuits of the function until `close` is called. */
  open(emit?: Emit): void {
    const previous = this.state
    this.#hold.held = true
    if (previous !== 'open') emit?.({ type: 'breaker.state', state: 'open', previous, why: 'opened by hand' })
  }

  /** Closes this one, and lets go of those that were opened by hand with it. */
  close(emit?: Emit): void {
    if (this.#hold.held) this.#state = 'open'
    this.#hold.held = false
    this.#reset('closed by hand', emit)
  }

  /** As good as a new one: closed with no failure in its window, or open for so long that nobody calls any more. */
  idle(): boolean {
    if (this.#state === 'closed') return this.#failures.counts.failures === 0
    return this.#clock.now() > this.#openUntil + FORGOTTEN_AFTER_MS
  }

  /** Probes under way are not kept: half-open is saved as open with no time left. */
  save(): unknown {
    if (this.idle()) return undefined
    const openForMs = this.#state === 'half-open' ? 0 : this.#openUntil - this.#clock.now()
    return {
      ...(this.#state !== 'closed' && { openForMs }),
      openings: this.#openings,
      consecutiveFailures: this.#inARow.count,
      window: this.#failures.save(),
      ...(this.#slow && { slowWindow: this.#slow.save() }),
    }
  }

  restore({ saved, ageMs }: Seed): void {
    const { maxOpenForMs, consecutiveFailures } = this.#settings
    this.#openings = count(field(saved, 'openings'), MOST_OPENINGS)
    this.#inARow.reset(count(field(saved, 'consecutiveFailures'), consecutiveFailures))
    this.#failures.restore(field(saved, 'window'), ageMs)
    this.#slow?.restore(field(saved, 'slowWindow'), ageMs)
    const openForMs = clamped(field(saved, 'openForMs'), -maxOpenForMs, maxOpenForMs)
    if (openForMs === undefined) return
    this.#openUntil = this.#clock.now() + openForMs - ageMs
    this.#state = 'open'
  }

  #count(failed: boolean, durationMs: number, emit: Emit | undefined, now: number): void {
    const { consecutiveFailures, slowCalls } = this.#settings
    if (failed) this.#inARow.failed(now - durationMs, now)
    else this.#inARow.reset()
    this.#failures.record(failed, now)
    this.#slow?.record(slowCalls !== false && durationMs >= slowCalls.durationMs, now)
    if (!this.#failures.closed) this.#trip('too many failures', emit)
    else if (this.#slow?.closed === false) this.#trip('too many slow calls', emit)
    else if (this.#inARow.count >= consecutiveFailures)
      this.#trip(`${consecutiveFailures} failures in a row`, emit)
  }

  #settleProbe(permit: Permit, result: 'success' | 'failure' | 'ignored', emit?: Emit): void {
    this.#probes.delete(permit)
    if (result === 'failure') return this.#trip('a probe failed', emit)
    if (result === 'success') this.#probesPassed++
    if (this.#probesPassed >= this.#settings.probes)
      this.#reset(`${this.#settings.probes} probes passed`, emit)
  }

  #reset(why: string, emit?: Emit): void {
    this.#failures.close()
    this.#slow?.close()
    this.#inARow.reset()
    this.#openings = 0
    this.#enter('closed', why, emit)
  }

  #trip(why: string, emit?: Emit): void {
    this.#failures.open()
    const { openForMs, maxOpenForMs } = this.#settings
    const spread = 1 - this.#clock.random() / 5
    const forMs = Math.min(maxOpenForMs, openForMs * 2 ** this.#openings) * spread
    this.#openings++
    this.#openUntil = this.#clock.now() + forMs
    this.#enter('open', why, emit, forMs)
  }

  #enter(state: CircuitState, why: string, emit?: Emit, openForMs?: number): void {
    const previous = this.#state
    this.#state = state
    this.#period++
    this.#pass = passIn(this.#period)
    this.#probes.clear()
    this.#probesPassed = 0
    // To those who watch it is open, whatever it makes of probes that were under way.
    if (state === previous || this.#hold.held) return
    emit?.({ type: 'breaker.state', state, previous, why, ...(openForMs !== undefined && { openForMs }) })
  }
}

function passIn(period: number): Permit {
  return { probe: false, endBy: Infinity, period }
}
