import { BACKOFFS } from '../core/backoff.js'
import type { RefusalReason } from '../core/events.js'
import { InvalidSettingError } from '../core/settings.js'
import type { Failure } from '../failures/failure.js'
import type { Verdict } from '../failures/verdict.js'
import type { RetryArguments, RetrySettings } from './retry-settings.js'

/** Why there is no further attempt. */
export interface Refusal {
  readonly why: string
  readonly reason: RefusalReason
}

/**
 * Why a repeat must not or need not be made; undefined when it may. Safety comes first, and nothing overrules it.
 *
 * A promise only where a callback of the user's has to be asked.
 */
export function refusalOf(
  args: RetryArguments,
  settings: RetrySettings,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { attempts, retryIf } = settings
  if (args.attempt >= attempts) return { why: `all ${attempts} attempts are used`, reason: 'attempts-used' }
  const worthIt = isWorthIt(args, settings)
  if (typeof worthIt !== 'boolean' || (retryIf && mayRepeat(args))) return askedFor(args, worthIt, retryIf)
  return refusedAs(args, worthIt)
}

async function askedFor(
  args: RetryArguments,
  asking: boolean | Promise<boolean>,
  retryIf: RetrySettings['retryIf'],
): Promise<Refusal | undefined> {
  const worthIt = await asking
  if (!mayRepeat(args)) return refusedAs(args, worthIt)
  const decided = await retryIf?.(args)
  if (decided === false) return { why: 'retryIf decided so', reason: 'not-worth-it' }
  return refusedAs(args, decided || worthIt)
}

function refusedAs(args: RetryArguments, worthIt: boolean): Refusal | undefined {
  if (!worthIt) return { why: hopeless(args.failure.verdict), reason: 'not-worth-it' }
  return mayRepeat(args) ? undefined : mayHaveRun(args.failure)
}

function mayRepeat({ failure, idempotent }: RetryArguments): boolean {
  return idempotent || failure.verdict.ran === 'no'
}

function mayHaveRun({ verdict }: Failure): Refusal {
  const ran = verdict.ran === 'yes' ? 'it ran' : 'it may have run'
  return { why: `${ran}, and the call is not declared idempotent`, reason: 'may-have-run' }
}

function hopeless({ kind, retry }: Verdict): string {
  if (kind === 'local') return 'to wait for it is left to the caller'
  if (kind !== 'function' || retry === 'never') return 'the same request would fail again'
  return 'errors of the function itself are repeated only where retry.functionErrors says so'
}

function isWorthIt(args: RetryArguments, { functionErrors }: RetrySettings): boolean | Promise<boolean> {
  const { verdict, remote } = args.failure
  switch (verdict.kind) {
    case 'local':
      return false
    case 'function':
      if (typeof functionErrors === 'function') return functionErrors(args)
      if (typeof functionErrors === 'boolean') return functionErrors && verdict.retry !== 'never'
      return functionErrors.includes(remote?.errorType ?? args.failure.code)
    case 'permission':
      return verdict.retry !== 'never' && args.attempt === 1
    default:
      return verdict.retry !== 'never'
  }
}

/** How long to wait, in ms: the backoff, and never less than the service asked for. */
export function waitBefore(
  failure: Failure,
  attempt: number,
  previousMs: number,
  settings: RetrySettings,
  random: number,
): number {
  const later = failure.verdict.retry === 'later'
  const { backoff, baseDelayMs, maxDelayMs } = later ? settings.throttle : settings
  const wait = typeof backoff === 'function' ? backoff : BACKOFFS[backoff]
  const waitMs = wait({ retry: attempt, baseMs: baseDelayMs, capMs: maxDelayMs, previousMs, random })
  if (!(waitMs >= 0 && waitMs < Infinity)) {
    const path = later ? 'retry.throttle.backoff' : 'retry.backoff'
    throw new InvalidSettingError(path, waitMs, 'a function that returns milliseconds')
  }
  return Math.max(waitMs, failure.retryAfterMs ?? 0)
}
