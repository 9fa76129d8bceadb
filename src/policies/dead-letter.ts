import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { Call, Context } from '../core/call.js'
import { formatMs, type Duration } from '../core/duration.js'
import { errorOf } from '../core/error-of.js'
import { answered, failed, thrown, type Outcome } from '../core/outcome.js'
import type { Policy } from '../core/policy.js'
import { Scope } from '../core/scope.js'
import { callback, duration, listOf, oneOf, required, shape } from '../core/settings.js'
import { within } from '../core/wait.js'
import type { Attempt } from '../failures/attempt.js'
import type { InvokeError } from '../failures/error.js'
import { failure, type Failure } from '../failures/failure.js'
import { FAILURE_KINDS, type FailureKind } from '../failures/verdict.js'

/** A call that failed for good: what was asked, and what became of it. */
export interface DeadLetter<Payload = unknown> {
  /** The same however often the letter is delivered. */
  readonly id: string
  /** The function, as the caller named it. */
  readonly target: string
  /** As the caller gave it. */
  readonly payload: Payload
  /** What the caller gets, but for what becomes of this letter. */
  readonly error: InvokeError
  readonly attempts: readonly Attempt[]
  readonly mayHaveRun: boolean
  /** When the call failed, in ms since the epoch. */
  readonly at: number
  /** Aborted when the sink's time is over, or the caller gives up. */
  readonly signal: AbortSignal
}

/** Takes a letter: it is kept once this returns, or its promise resolves. */
export type DeadLetterSink<Payload = unknown> = (letter: DeadLetter<Payload>) => unknown

/** Who takes the letters, of which kinds of failure, and within what time, in ms. */
export interface DeadLetterSettings {
  readonly sink: DeadLetterSink
  readonly kinds: readonly FailureKind[]
  readonly limitMs: number
}

/** What `.deadLetter()` takes beside the sink. */
export interface DeadLetterOptions {
  /** The kinds of failure that make a letter. @defaultValue all */
  readonly kinds?: readonly FailureKind[]
  /** The longest that a failed call waits for the sink, outside of its deadline. @defaultValue '5s' */
  readonly limit?: Duration
}

const LIMIT_MS = 5_000

const optional = shape({
  sink: callback<DeadLetterSink>,
  kinds: listOf(oneOf(...FAILURE_KINDS)),
  limit: duration(1),
})
const options = required(optional, 'sink')

/** Whether a sink is at work: what fails for it must not make letters of its own, which would never end. */
const inSink = new AsyncLocalStorage<true>()
let sinksAtWork = 0

/** Switched off between letters, since on Node 20 it makes every promise of the process three times as dear. */
async function asSink(run: () => unknown): Promise<void> {
  sinksAtWork++
  try {
    await inSink.run(true, run)
  } finally {
    if (--sinksAtWork === 0) inSink.disable()
  }
}

/** Dead-letter settings from a user's options. @throws {InvalidSettingError} */
export function parseDeadLetter(given: unknown, path: string): DeadLetterSettings {
  return Object.freeze({ kinds: FAILURE_KINDS, limitMs: LIMIT_MS, ...options(given, path) })
}

/** Hands what failed for good to a sink, once for each call; what the caller cancelled is dropped as he wished. */
export function deadLetterPolicy(settings: DeadLetterSettings): Policy {
  return (next) =>
    async function deadLetter(call, context) {
      let outcome: Outcome
      try {
        outcome = await next(call, context)
      } catch (error) {
        // A bug in a policy must not lose the payload.
        await handOver(thrown(error, context.history.ran).failure, call, context)
        throw error
      }
      if (outcome.ok) return outcome
      const lost = await handOver(outcome.failure, call, context)
      if (!lost) return outcome
      const message = `${outcome.failure.message}; the dead letter was not sent: ${lost.message}`
      return failed({ ...outcome.failure, message })
    }

  /** Why the sink did not take it; undefined when it did, or none was due. */
  async function handOver(why: Failure, call: Call, context: Context): Promise<Failure | undefined> {
    const { clock, history, emit } = context
    if (context.scope.cancelled || !settings.kinds.includes(why.verdict.kind)) return undefined
    if (inSink.getStore()) return undefined
    const startedAt = clock.now()
    const scope = new Scope(context.scope)
    const timer = clock.setTimer(settings.limitMs, () => scope.cancel(tooLate(settings.limitMs)))
    const taken = await within(scope, () => give(why, call, context, scope))
    timer.cancel()
    scope.close()
    const durationMs = clock.now() - startedAt
    history.deadLetter = taken.ok ? 'sent' : 'failed'
    if (taken.ok) {
      emit?.({ type: 'deadLetter.sent', failure: why, durationMs })
      return undefined
    }
    emit?.({ type: 'deadLetter.failed', failure: why, error: taken.failure, durationMs })
    return taken.failure
  }

  async function give(
    why: Failure,
    { subject, payload }: Call,
    { clock, history }: Context,
    scope: Scope,
  ): Promise<Outcome> {
    const error = errorOf(why, subject.name, history)
    const { target, attempts, mayHaveRun } = error
    const { signal } = scope
    const letter = {
      id: randomUUID(),
      target,
      payload,
      error,
      attempts,
      mayHaveRun,
      at: clock.date(),
      signal,
    }
    try {
      await asSink(() => settings.sink(letter))
      return answered(undefined)
    } catch (error) {
      return thrown(error)
    }
  }
}

function tooLate(limitMs: number): Failure {
  return failure('DeadlineExceeded', `the sink did not take it within ${formatMs(limitMs)}`)
}
