import { formatMs } from '../core/duration.js'
import { Scope } from '../core/scope.js'
import { refusedAs } from '../core/settings.js'
import type { Outcome } from '../core/outcome.js'
import { within } from '../core/wait.js'
import { InvokeError } from '../failures/error.js'
import { failure } from '../failures/failure.js'
import { functionConfigurationOf, type FunctionConfiguration } from '../transport/function-configuration.js'
import type { Host } from './host.js'
import type { Plan } from './plan.js'
import { subjectOf } from './target.js'

/** Two time limits that do not fit, and what to do about it. */
export interface TimeoutFinding {
  /** What does not fit, by name. */
  readonly code:
    'FunctionOutlivesDeadline' | 'TimeoutNeverFires' | 'ClientCutsFirst' | 'SilentConnectionDropped'
  /** What is so, in one sentence. */
  readonly message: string
  /** What to do about it, in one sentence. */
  readonly advice: string
  /** The limits that it is about, in ms. */
  readonly givenMs: Readonly<Record<string, number>>
}

const LIMIT_MS = 10_000

/** Source: AWS, "Implementing long-running TCP connections within VPC networking": NAT gateways, VPC endpoints, NLBs. */
const IDLE_LIMIT_MS = 350_000

/** Asks for the function's own limit and compares. @throws {InvokeError} @throws {InvalidSettingError} */
export async function timeoutLint(plan: Plan, host: Host): Promise<readonly TimeoutFinding[]> {
  const { clock, clientOf } = host
  if (!clientOf)
    throw refusedAs(
      'asked of one with a transport of its own',
      'timeoutLint',
      'asked of an invoker with an AWS client',
    )
  const startedAt = clock.now()
  const scope = new Scope()
  const timer = clock.setTimer(LIMIT_MS, () => {
    scope.cancel(
      failure('DeadlineExceeded', `Lambda gave no answer within ${formatMs(LIMIT_MS)}`, { ran: 'no' }),
    )
  })
  const ask = (): Promise<Outcome> => functionConfigurationOf(clientOf, plan.target, scope.signal)
  const outcome = (await within(scope, ask).finally(() => timer.cancel())) as Outcome<FunctionConfiguration>
  if (outcome.ok) return findings(plan, outcome.value)
  const { name } = subjectOf(plan.target)
  throw new InvokeError(outcome.failure, { target: name, attempts: [], elapsedMs: clock.now() - startedAt })
}

function findings(plan: Plan, { timeoutMs, connection }: FunctionConfiguration): readonly TimeoutFinding[] {
  const deadlineMs = fixed(plan.deadline)
  const attemptMs = fixed(plan.timeout)
  // The longest that a request can be waited for without a word from the function.
  const silentMs = Math.min(timeoutMs, deadlineMs, attemptMs)
  const found: TimeoutFinding[] = []
  if (timeoutMs > deadlineMs) found.push(outlivesDeadline(timeoutMs, deadlineMs))
  if (timeoutMs < attemptMs && attemptMs < Infinity) found.push(neverFires(timeoutMs, attemptMs))
  const { cutsAfterMs = Infinity, keepAlive } = connection
  if (cutsAfterMs < silentMs) found.push(cutsFirst(cutsAfterMs, silentMs))
  if (silentMs > IDLE_LIMIT_MS && keepAlive !== true) found.push(dropped(silentMs, keepAlive))
  return found
}

/** A limit that is off, or known only inside of a call, is none to compare with. */
function fixed(settings: Plan['deadline'] | Plan['timeout']): number {
  return settings && typeof settings.limitMs === 'number' ? settings.limitMs : Infinity
}

function outlivesDeadline(functionMs: number, deadlineMs: number): TimeoutFinding {
  return {
    code: 'FunctionOutlivesDeadline',
    message: `The function may run for ${formatMs(functionMs)}, but nobody waits longer than the deadline of ${formatMs(deadlineMs)}: it then goes on unseen, and is billed.`,
    advice: `Lower the function's own timeout to ${formatMs(deadlineMs)} or less, or raise the deadline.`,
    givenMs: { functionTimeout: functionMs, deadline: deadlineMs },
  }
}

function neverFires(functionMs: number, attemptMs: number): TimeoutFinding {
  return {
    code: 'TimeoutNeverFires',
    message: `Lambda ends the function after ${formatMs(functionMs)}, before the timeout of ${formatMs(attemptMs)} for an attempt can cut it off.`,
    advice: `Set the timeout below ${formatMs(functionMs)}, or leave it off: a function that ran into its own limit is told as Sandbox.Timedout.`,
    givenMs: { functionTimeout: functionMs, timeout: attemptMs },
  }
}

function cutsFirst(cutsAfterMs: number, silentMs: number): TimeoutFinding {
  return {
    code: 'ClientCutsFirst',
    message: `The client's request handler ends a request after ${formatMs(cutsAfterMs)} of silence, though its answer may take ${formatMs(silentMs)}: a call then fails while the function is running.`,
    advice: `Leave the handler's socketTimeout and requestTimeout out, and limit calls with deadline and timeout.`,
    givenMs: { client: cutsAfterMs, answer: silentMs },
  }
}

function dropped(silentMs: number, keepAlive: false | undefined): TimeoutFinding {
  const client =
    keepAlive === false
      ? 'the client sends no TCP keep-alive'
      : 'whether the client sends TCP keep-alive cannot be seen'
  return {
    code: 'SilentConnectionDropped',
    message: `An answer may take ${formatMs(silentMs)}, NAT gateways, VPC endpoints and load balancers drop a connection after ${formatMs(IDLE_LIMIT_MS)} of silence, and ${client}: such an answer never arrives.`,
    advice: 'Give the client agents with keepAlive: true, or let the library make the client.',
    givenMs: { answer: silentMs, idleLimit: IDLE_LIMIT_MS },
  }
}
