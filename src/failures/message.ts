import type { Attempt } from './attempt.js'
import type { Failure } from './failure.js'
import { cut, formatMs, oneLine } from './text.js'
import type { Ran } from './verdict.js'

/** How a failed call went. */
export interface Story {
  /** The function, as the caller named it. */
  readonly target: string
  readonly attempts: readonly Attempt[]
  /** From the start of the call to its end, in ms. */
  readonly elapsedMs: number
  /** What became of the dead letter; undefined where none was due. */
  readonly deadLetter?: 'sent' | 'failed' | undefined
}

const RAN: Readonly<Record<Ran, string>> = {
  no: 'it did not run',
  maybe: 'it may have run',
  yes: 'it ran',
}

/** The error's message, on one line: who, what, how often, whether it may have run, what to do. */
export function compose(failure: Failure, story: Story, ran: Ran): string {
  const { code, message, reason, verdict, retryAfterMs } = failure
  const seen = reason === undefined ? message : `${message}, ${reason}`
  const wait = retryAfterMs === undefined ? '' : ` Retry after ${formatMs(retryAfterMs)}.`
  const line = `"${story.target}" failed: ${code} (${seen}) ${effort(story)}; ${RAN[ran]}.${wait} ${verdict.advice}`
  return cut(oneLine(line), 2_000)
}

function effort({ attempts, elapsedMs }: Story): string {
  const count = attempts.length
  if (count > 0) return `after ${count} ${count === 1 ? 'attempt' : 'attempts'} in ${formatMs(elapsedMs)}`
  return elapsedMs < 1 ? 'without an attempt' : `without an attempt in ${formatMs(elapsedMs)}`
}
