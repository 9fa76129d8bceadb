import { Circuit, type CircuitSettings, type Permit } from '../core/cells/circuit.js'
import { circuitsOf } from '../core/cells/circuits.js'
import type { Cells } from '../core/cells/cells.js'
import { remembered } from '../core/cells/remembered.js'
import type { Subject } from '../core/call.js'
import type { Clock } from '../core/clock.js'
import type { Duration } from '../core/duration.js'
import { Exit, type Passage } from '../core/guard.js'
import { failed, type Outcome } from '../core/outcome.js'
import { policyOf, type Policy } from '../core/policy.js'
import { duration, maximumOf, numberBetween, orOff, required, shape, wholeNumber } from '../core/settings.js'
import { failure } from '../failures/failure.js'

/** What `.circuitBreaker()` takes; absent settings stay as they are. */
export interface BreakerOptions {
  /** Share of failed completions in the window at which the circuit opens, 0 to 1. @defaultValue 0.5 */
  readonly failureRate?: number
  /** Completions in the window before the rate says anything. @defaultValue 20 */
  readonly minimumCalls?: number
  /** How far back completions count. @defaultValue '30s' */
  readonly window?: Duration
  /** Failures in a row that open it whatever the rate, for functions with little traffic; those of calls in flight together count as one. @defaultValue 7 */
  readonly consecutiveFailures?: number
  /** How long it stays open at first; doubled each time a probe fails, and up to a fifth shorter by chance. @defaultValue '1.2s' */
  readonly openFor?: Duration
  /** The longest it stays open; at least `openFor`. @defaultValue `openFor`, so that it is not doubled */
  readonly maxOpenFor?: Duration
  /** Successful probes that close it, and how many may be under way at first; each success makes room for as many more. @defaultValue 5 */
  readonly probes?: number
  /** Opens it as well when `rate` of the completions take `duration` or longer. @defaultValue false */
  readonly slowCalls?: { readonly duration: Duration; readonly rate: number } | false
}

export const BREAKER_DEFAULTS: CircuitSettings = Object.freeze({
  failureRate: 0.5,
  minimumCalls: 20,
  windowMs: 30_000,
  consecutiveFailures: 7,
  openForMs: 1_200,
  maxOpenForMs: 1_200,
  probes: 5,
  slowCalls: false,
})

const slowCalls = shape({ duration: duration(1), rate: numberBetween(0.01, 1) })

const options = shape({
  failureRate: numberBetween(0.01, 1),
  minimumCalls: wholeNumber(1),
  window: duration(100),
  consecutiveFailures: wholeNumber(1),
  openFor: duration(1),
  maxOpenFor: duration(1),
  probes: wholeNumber(1, 100),
  slowCalls: orOff(required(slowCalls, 'durationMs', 'rate')),
})

/** Circuit breaker settings from a user's options, over `base`. @throws {InvalidSettingError} */
export function parseBreaker(
  given: unknown,
  path: string,
  base: CircuitSettings = BREAKER_DEFAULTS,
): CircuitSettings {
  const parsed = options(given, path)
  const { openForMs = parsed.maxOpenForMs === undefined ? undefined : base.openForMs } = parsed
  const bounds = { minMs: openForMs, maxMs: parsed.maxOpenForMs, baseMaxMs: base.maxOpenForMs }
  const maxOpenForMs = maximumOf(bounds, `${path}.maxOpenFor`, 'openFor')
  return Object.freeze({ ...base, ...parsed, maxOpenForMs })
}

/** The circuit of one target with these settings; every chain with the same ones shares it. */
export function circuitOf(
  cells: Cells,
  clock: Clock,
  { key, name, invoked }: Subject,
  settings: CircuitSettings,
): Circuit {
  const owner = invoked?.tenant === undefined ? name : `${name} for tenant ${invoked.tenant}`
  return circuitsOf(cells, key).of(keyOf(settings), (hold) => new Circuit(owner, settings, clock, hold))
}

/** Stops calling a function that keeps failing, and finds out with a few probes when it is well again. */
export function breakerPolicy(settings: CircuitSettings): Policy {
  const find = remembered((subject, { cells, clock }) => circuitOf(cells, clock, subject, settings))
  return policyOf(function breaker(passage) {
    const { call, context, now: startedAt } = passage
    const { emit } = context
    const circuit = find(call.subject, context)
    const permit = circuit.admit(emit, context.deadlineAt)
    if (!permit) {
      const { state, retryAfterMs } = circuit
      emit?.({ type: 'breaker.refused', state, ...(retryAfterMs !== undefined && { retryAfterMs }) })
      const message =
        retryAfterMs === undefined ? 'the circuit was opened by hand' : `the circuit is ${state}`
      return failed(failure('CircuitOpen', message, { retryAfterMs }))
    }
    return new Admission(circuit, permit, startedAt)
  })
}

class Admission extends Exit {
  readonly #circuit: Circuit
  readonly #permit: Permit
  readonly #startedAt: number

  constructor(circuit: Circuit, permit: Permit, startedAt: number) {
    super()
    this.#circuit = circuit
    this.#permit = permit
    this.#startedAt = startedAt
  }

  leave(outcome: Outcome, { now, crashed, context }: Passage): void {
    const result = crashed ? 'ignored' : judge(outcome, this.#permit)
    this.#circuit.settle(this.#permit, result, now - this.#startedAt, context.emit, now)
  }
}

function judge(outcome: Outcome, { probe }: Permit): 'success' | 'failure' | 'ignored' {
  if (outcome.ok) return 'success'
  const { breaker, ran } = outcome.failure.verdict
  if (breaker === 'failure') return 'failure'
  // A function that refuses a request is well: a probe need not wait for one that it likes.
  return probe && ran === 'yes' ? 'success' : 'ignored'
}

const keys = new WeakMap<CircuitSettings, string>()

/** Settings are frozen and few, so each is turned into text once. */
function keyOf(settings: CircuitSettings): string {
  let key = keys.get(settings)
  if (key === undefined) {
    key = JSON.stringify(settings)
    keys.set(settings, key)
  }
  return key
}
