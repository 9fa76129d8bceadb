import { systemClock, type Clock } from '../../core/clock.js'
import { classify } from '../../failures/classify.js'
import { failure, type Failure } from '../../failures/failure.js'
import type { Ran } from '../../failures/verdict.js'
import { RegionMismatch } from '../sdk.js'
import { isAboutTime, markClockCorrected } from './reply.js'
import type { Signed } from './signed.js'
import type { WireHead } from '../wire/wire.js'

/** What is known of an attempt that failed. */
interface Story {
  /** Whether it came to sending; undefined where not even a client was found. */
  readonly reached: boolean | undefined
  readonly ran: Ran
  readonly signed: Signed | undefined
  readonly head: WireHead | undefined
}

/** What an error means; and what the next attempt is signed with, where Lambda did not take this one's signature. */
export function judge(error: unknown, { reached, ran, signed, head }: Story, clock: Clock): Failure {
  if (error instanceof RegionMismatch) return failure('RegionMismatch', error.message, { ran: 'no' })
  if (signed && isAboutTime(error)) {
    const date = head?.headers['date']
    const wasOff = signed.service.correctClock(date, systemClock.date(), signed.offsetMs)
    if (wasOff) markClockCorrected(error)
  }
  const why = classify(error, { reached, ran, nowMs: clock.date() })
  if (why.code === 'ExpiredTokenException') signed?.service.refuse(signed.credentials)
  return why
}
