import type { Call, Context } from '../../src/core/call.js'
import { Cells } from '../../src/core/cells/cells.js'
import type { CallEventBody } from '../../src/core/events.js'
import { History } from '../../src/core/history.js'
import { answered, failed, type Outcome } from '../../src/core/outcome.js'
import type { Next, Policy } from '../../src/core/policy.js'
import { recordAttempts } from '../../src/core/attempt.js'
import { Scope } from '../../src/core/scope.js'
import { failure, type FailureDetails } from '../../src/failures/failure.js'
import type { FailureCode } from '../../src/failures/catalogue.js'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.js'

/** One kind of event, with its own fields. */
export type EventOf<T extends CallEventBody['type']> = Extract<CallEventBody, { readonly type: T }>

/** One step of a fake `next`: what it answers, or how. */
export type Step = Outcome | ((context: Context, call: Call) => Outcome | Promise<Outcome>)

/** A call that has been started, and what belongs to it. */
export interface Started {
  readonly outcome: Promise<Outcome>
  readonly scope: Scope
  readonly history: History
  readonly events: CallEventBody[]
}

/** What a call is started with; everything has a default. */
export interface StartOptions {
  readonly idempotent?: boolean
  readonly payload?: unknown
  readonly target?: string
  readonly client?: string
  /** On the clock. */
  readonly deadlineAt?: number
  readonly silent?: boolean
  /** Whether attempts are recorded around `next`, as the pipeline does. */
  readonly recorded?: boolean
}

/** A clock, cells, and calls that share both. */
export class Bench {
  readonly clock: FakeClock = fakeClock()
  readonly cells = new Cells()

  /** Chance stands still, for exact waits. */
  constructor(random = 0) {
    this.clock.random = () => random
  }

  start(policy: Policy, next: Next, options: StartOptions = {}): Started {
    const { idempotent = false, payload = 'in', target = 'quote', client = 'client' } = options
    const events: CallEventBody[] = []
    const scope = new Scope()
    const emit = options.silent ? undefined : (event: CallEventBody) => void events.push(event)
    const history = new History(this.clock, emit)
    const call = { subject: { name: target, key: target, clientKey: client }, payload, idempotent }
    const { clock, cells } = this
    const context = { clock, cells, scope, deadlineAt: options.deadlineAt ?? Infinity, history, emit }
    const innermost = options.recorded === false ? next : recordAttempts(next)
    return { outcome: policy(innermost)(call, context), scope, history, events }
  }

  /** Starts a call and lets time pass until it has ended. */
  async run(
    policy: Policy,
    next: Next,
    options: StartOptions = {},
  ): Promise<Omit<Started, 'outcome'> & Ended> {
    const started = this.start(policy, next, options)
    const outcome = await this.clock.runUntil(started.outcome)
    return { ...started, outcome, failure: outcome.ok ? undefined : outcome.failure }
  }
}

interface Ended {
  readonly outcome: Outcome
  readonly failure: Extract<Outcome, { ok: false }>['failure'] | undefined
}

/** A `next` that remembers how it was called. */
export interface FakeNext extends Next {
  readonly seen: { readonly call: Call; readonly context: Context; readonly atMs: number }[]
}

/** Goes through the steps, the last one for ever. */
export function nextThat(...steps: readonly [Step, ...Step[]]): FakeNext {
  const seen: FakeNext['seen'] = []
  const next = async function next(call: Call, context: Context): Promise<Outcome> {
    seen.push({ call, context, atMs: context.clock.now() })
    if (context.attempt) context.attempt.ran = 'maybe'
    const step = steps[Math.min(seen.length, steps.length) - 1] ?? steps[0]
    return typeof step === 'function' ? step(context, call) : step
  }
  return Object.assign(next, { seen })
}

/** When each call came in. */
export function timesOf({ seen }: FakeNext): number[] {
  return seen.map(({ atMs }) => atMs)
}

export const value = answered('value')

export function fails(code: FailureCode, details?: FailureDetails, message?: string): Outcome {
  return failed(failure(code, message, details))
}

/** Never settles, whatever is cancelled. */
export function hangs(): Promise<Outcome> {
  return new Promise(() => {})
}

/** Settles when the context's scope is cancelled, as the transport does. */
export function heeds({ scope }: Context): Promise<Outcome> {
  return new Promise((resolve) => scope.onCancel((why) => resolve(failed(why))))
}

/** Ends after `ms`, whatever is cancelled. */
export function takes(ms: number, outcome: Outcome = value): (context: Context) => Promise<Outcome> {
  return ({ clock }) => new Promise((resolve) => clock.setTimer(ms, () => resolve(outcome)))
}

/** The events of one type, in order. */
export function eventsOf<T extends CallEventBody['type']>(
  { events }: Pick<Started, 'events'>,
  type: T,
): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}
