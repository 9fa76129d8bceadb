import type { Cells } from '../core/cells/cells.js'
import type { Call, Context, Subject } from '../core/call.js'
import { formatMs } from '../core/duration.js'
import { failed, type Failed, type Outcome } from '../core/outcome.js'
import type { Next, Policy } from '../core/policy.js'
import { repeatsElsewhere } from '../core/repeats-elsewhere.js'
import { Scope } from '../core/scope.js'
import { within } from '../core/wait.js'
import { failure, type Failure } from '../failures/failure.js'
import { worse, type Verdict } from '../failures/verdict.js'

/** A target to call, with all that stands before its transport. */
export interface FailoverTarget {
  readonly subject: Subject
  readonly next: Next
  /** Whether its own attempts may be repeated; undefined leaves that to the call. */
  readonly idempotent?: boolean
  /** Where its state is kept; undefined for where the call's own is. */
  readonly cells?: Cells
}

/** Where to turn, and how long each target but the last may take, in ms. */
export interface FailoverSettings {
  readonly others: readonly FailoverTarget[]
  readonly withinMs: number | undefined
}

/** A target that has failed. */
interface Tried {
  readonly name: string
  readonly failure: Failure
}

/**
 * Turns to the next target where one cannot help now and a repeat is safe.
 *
 * Every call begins at the first: its open circuit refuses in no time, and once it is closed, calls are back.
 */
export function failoverPolicy({ others, withinMs }: FailoverSettings): Policy {
  return (next) =>
    function failover(call, context) {
      return from({ subject: call.subject, next }, others, [])

      async function from(
        target: FailoverTarget,
        rest: readonly FailoverTarget[],
        before: readonly Tried[],
      ): Promise<Outcome> {
        const isOwn = before.length === 0
        const limitMs = rest.length > 0 ? withinMs : undefined
        const outcome = await (isOwn
          ? limited(target.next, limitMs, repeatsElsewhere(call))(call, context)
          : limited(target.next, limitMs, repeatsElsewhere(call))(...elsewhere(target, call, context)))
        if (outcome.ok || context.scope.cancelled) return outcome
        const tried = [...before, { name: target.subject.name, failure: outcome.failure }]
        const [following, ...later] = rest
        if (!following || !mayMoveOn(outcome.failure, call, context)) return report(tried)
        const { code, verdict } = outcome.failure
        context.emit?.({
          type: 'failover.started',
          from: target.subject.name,
          to: following.subject.name,
          why: `${verdict.kind}: ${code}`,
          failure: outcome.failure,
        })
        return from(following, later, tried)
      }
    }
}

/** The call as another target sees it: under that name, with that state. */
function elsewhere(
  { subject, idempotent, cells }: FailoverTarget,
  call: Call,
  context: Context,
): [Call, Context] {
  const { emit } = context
  return [
    { ...call, subject, idempotent: idempotent ?? repeatsElsewhere(call), byKey: false },
    {
      ...context,
      target: subject.name,
      cells: cells ?? context.cells,
      emit: emit && ((event) => emit(event, subject)),
    },
  ]
}

function mayMoveOn(failure: Failure, call: Call, { clock, deadlineAt, history }: Context): boolean {
  const isSafe = repeatsElsewhere(call) || worse(history.ran, failure.verdict.ran) === 'no'
  return isSafe && cannotHelpNow(failure.verdict) && clock.now() < deadlineAt
}

/** Says something of the target and of this moment, and nothing of the request. */
function cannotHelpNow({ kind, retry, ran }: Verdict): boolean {
  switch (kind) {
    case 'throttle':
    case 'transient':
    case 'starting':
      return retry !== 'never'
    case 'local':
      return ran === 'no'
    default:
      return false
  }
}

/**
 * Cuts a target off after `limitMs`, so that time remains for the next; but not while the function may be running and no
 * other may be tried then: that would only lose its answer.
 */
function limited(next: Next, limitMs: number | undefined, repeats: boolean): Next {
  if (limitMs === undefined) return next
  return async function limitedTarget(call, context) {
    const { clock, history } = context
    const endAt = clock.now() + limitMs
    if (endAt >= context.deadlineAt) return next(call, context)
    const scope = new Scope(context.scope)
    const timer = clock.setTimer(limitMs, function moveOn() {
      if (repeats || history.ran === 'no') scope.cancel(timedOut(limitMs, context))
    })
    try {
      // Where the running attempt may not be cut, at least none is begun after it.
      const end = repeats ? { deadlineAt: endAt } : { beginBy: endAt }
      return await within(scope, () => next(call, { ...context, scope, ...end }))
    } finally {
      timer.cancel()
      scope.close()
    }
  }
}

function timedOut(limitMs: number, { history }: Context): Failure {
  return failure('TargetTimedOut', `no answer within ${formatMs(limitMs)}`, {
    ran: history.ran,
    breaker: history.mayBeRunning ? 'failure' : 'ignore',
  })
}

/** One failure that tells of all: what ended it, or else what went worst, and the first where they are alike. */
function report(tried: readonly Tried[]): Failed {
  const told = tried.reduce((chosen, next) =>
    next === tried.at(-1) && !cannotHelpNow(next.failure.verdict) ? next : worseOf(chosen, next),
  )
  if (tried.length === 1) return failed(told.failure)
  const own = told === tried[0] ? told.failure.message : `${told.name}: ${told.failure.message}`
  const others = tried.filter((each) => each !== told).map(({ name, failure }) => `${name}: ${failure.code}`)
  const waits = tried.flatMap(({ failure }) => failure.retryAfterMs ?? [])
  return failed({
    ...told.failure,
    message: [own, ...others].join('; '),
    ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
  })
}

/** What may have run counts more than what has not, and a failure of a target more than a refusal of our own. */
function worseOf(one: Tried, other: Tried): Tried {
  const [a, b] = [one.failure.verdict, other.failure.verdict]
  if (a.ran !== b.ran) return worse(a.ran, b.ran) === a.ran ? one : other
  return a.kind === 'local' && b.kind !== 'local' ? other : one
}
