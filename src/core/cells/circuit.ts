import type { Clock } from '../clock.js'
import type { CircuitState, Emit } from '../events.js'
import type { Cell } from './cells.js'
import { FailuresInARow } from './failures-in-a-row.js'
import { Probes, type Permit } from './probes.js'
import { opensAt } from './rolling-breaker.js'
import { RollingCounts } from './rolling-counts.js'
import { clamped, count, field, type Seed } from './seeds.js'

export type { Permit } from './probes.js'

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
  /** Of the calls that ended, how many failed and how many were slow. */
  readonly #failures: RollingCounts
  readonly #slow: RollingCounts | undefined
  #state: CircuitState = 'closed'
  /** What all calls get while it is closed; another one for each period. */
  #pass = FIRST_PASS
  /** From the first failure on. */
  #inARow: FailuresInARow | undefined
  #openings = 0
  #openUntil = 0
  /** While it is half-open. */
  #probes: Probes | undefined

  constructor(target: string, settings: CircuitSettings, clock: Clock, hold: Hold = { held: false }) {
    this.#target = target
    this.#hold = hold
    this.#settings = settings
    this.#clock = clock
    this.#failures = new RollingCounts(settings.windowMs, clock.now())
    this.#slow = settings.slowCalls ? new RollingCounts(settings.windowMs, clock.now()) : undefined
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
      ...this.#failures.at(this.#clock.now()),
      consecutiveFailures: this.#inARow?.count ?? 0,
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
      // Who hears of it may close the circuit, or open it by hand.
      return this.admit(emit, deadlineAt)
    }
    if (this.#probes?.isLate(now)) {
      this.#trip('a probe did not end in time', emit)
      return undefined
    }
    const endBy = deadlineAt === Infinity ? now + LONGEST_PROBE_MS : deadlineAt
    return this.#probes?.admit(endBy, this.#pass.period)
  }

  /** Takes a permit back; `ignored` is a result that says nothing about the function's health. */
  settle(
    permit: Permit,
    result: 'success' | 'failure' | 'ignored',
    durationMs: number,
    emit?: Emit,
    now: number = this.#clock.now(),
  ): void {
    if (permit.period !== this.#pass.period) return
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
    const now = this.#clock.now()
    if (this.#state === 'closed') return this.#failures.at(now).failures === 0
    return now > this.#openUntil + FORGOTTEN_AFTER_MS
  }

  /** Probes under way are not kept: half-open is saved as open with no time left. */
  save(): unknown {
    if (this.idle()) return undefined
    const now = this.#clock.now()
    const openForMs = this.#state === 'half-open' ? 0 : this.#openUntil - now
    return {
      ...(this.#state !== 'closed' && { openForMs }),
      openings: this.#openings,
      consecutiveFailures: this.#inARow?.count ?? 0,
      window: this.#failures.save(now),
      ...(this.#slow && { slowWindow: this.#slow.save(now) }),
    }
  }

  restore({ saved, ageMs }: Seed): void {
    const { maxOpenForMs, consecutiveFailures } = this.#settings
    const savedAt = this.#clock.now() - ageMs
    this.#openings = count(field(saved, 'openings'), MOST_OPENINGS)
    this.#inARow = new FailuresInARow(count(field(saved, 'consecutiveFailures'), consecutiveFailures))
    this.#failures.restore(field(saved, 'window'), savedAt)
    this.#slow?.restore(field(saved, 'slowWindow'), savedAt)
    const openForMs = clamped(field(saved, 'openForMs'), -maxOpenForMs, maxOpenForMs)
    if (openForMs === undefined) return
    this.#openUntil = savedAt + openForMs
    this.#state = 'open'
  }

  #count(failed: boolean, durationMs: number, emit: Emit | undefined, now: number): void {
    const { failureRate, minimumCalls, consecutiveFailures, slowCalls } = this.#settings
    if (failed) (this.#inARow ??= new FailuresInARow()).failed(now - durationMs, now)
    else this.#inARow?.reset()
    const slow = slowCalls !== false && durationMs >= slowCalls.durationMs
    this.#failures.record(failed, now)
    this.#slow?.record(slow, now)
    if (failed && opensAt(this.#failures.at(now), { rate: failureRate, minimumCalls }))
      this.#trip('too many failures', emit)
    else if (slow && this.#slow && opensAt(this.#slow.at(now), { rate: slowCalls.rate, minimumCalls }))
      this.#trip('too many slow calls', emit)
    else if (this.#inARow && this.#inARow.count >= consecutiveFailures)
      this.#trip(`${consecutiveFailures} failures in a row`, emit)
  }

  #settleProbe(permit: Permit, result: 'success' | 'failure' | 'ignored', emit?: Emit): void {
    if (result === 'failure') return this.#trip('a probe failed', emit)
    this.#probes?.end(permit, result === 'success')
    if (this.#probes?.enough) this.#reset(`${this.#settings.probes} probes passed`, emit)
  }

  #reset(why: string, emit?: Emit): void {
    this.#failures.clear()
    this.#slow?.clear()
    this.#inARow?.reset()
    this.#openings = 0
    this.#enter('closed', why, emit)
  }

  #trip(why: string, emit?: Emit): void {
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
    this.#pass = passIn(this.#pass.period + 1)
    this.#probes = state === 'half-open' ? new Probes(this.#settings.probes) : undefined
    // To those who watch it is open, whatever it makes of probes that were under way.
    if (state === previous || this.#hold.held) return
    emit?.({ type: 'breaker.state', state, previous, why, ...(openForMs !== undefined && { openForMs }) })
  }
}

const FIRST_PASS = passIn(0)

function passIn(period: number): Permit {
  return { probe: false, endBy: Infinity, period }
}
