import type { Context } from '../core/call.js'
import { Places } from '../core/cells/places.js'
import { remembered } from '../core/cells/remembered.js'
import { formatMs, type Duration } from '../core/duration.js'
import { Exit } from '../core/guard.js'
import { failed } from '../core/outcome.js'
import { policyOf, type Policy } from '../core/policy.js'
import { duration, shape, wholeNumber } from '../core/settings.js'
import { failure, type Failure } from '../failures/failure.js'

/** How many calls may be in flight, how many may wait for a place, and how long. Time in ms. */
export interface BulkheadSettings {
  readonly concurrency: number
  readonly queue: number
  readonly maxWaitMs: number
}

/** What `.bulkhead()` takes; absent settings stay as they are. */
export interface BulkheadOptions {
  /** Calls in flight at once. @defaultValue 100 for a function, 200 for a client */
  readonly concurrency?: number
  /** Calls that may wait for a place; 0 refuses at once. @defaultValue 100 for a function, 200 for a client */
  readonly queue?: number
  /** The longest a call waits for a place. @defaultValue '10s' */
  readonly maxWait?: Duration
}

/** What shares the places: one function, or all functions called through one client. */
export type BulkheadScope = 'function' | 'client'

export const BULKHEAD_DEFAULTS: BulkheadSettings = Object.freeze({
  concurrency: 100,
  queue: 100,
  maxWaitMs: 10_000,
})

/** A function alone can take half of its client's places, so one slow function cannot starve the others. */
export const CLIENT_BULKHEAD_DEFAULTS: BulkheadSettings = Object.freeze({
  concurrency: 200,
  queue: 200,
  maxWaitMs: 10_000,
})

const options = shape({ concurrency: wholeNumber(1), queue: wholeNumber(0), maxWait: duration() })

/** Bulkhead settings from a user's options, over `base`. @throws {InvalidSettingError} */
export function parseBulkhead(
  given: unknown,
  path: string,
  base: BulkheadSettings = BULKHEAD_DEFAULTS,
): BulkheadSettings {
  return Object.freeze({ ...base, ...options(given, path) })
}

/** Bounds the calls in flight, so that one slow function cannot take every socket and all memory. */
export function bulkheadPolicy(settings: BulkheadSettings, scope: BulkheadScope = 'function'): Policy {
  const { concurrency, queue } = settings
  const kind = `bulkhead:${scope}:${concurrency}/${queue}`
  const placesOf = remembered(({ key, clientKey }, { cells }) => {
    const owner = scope === 'function' ? key : clientKey
    return new PlaceTaken(cells.get(kind, owner, () => new Places(concurrency, queue)))
  })
  return policyOf(function bulkhead({ call, context }) {
    const taken = placesOf(call.subject, context)
    if (taken.places.take()) return taken
    return waitForPlace(taken.places, settings, scope, context).then((refusal) =>
      refusal ? failed(refusal) : taken,
    )
  })
}

/** A place that was taken; all are alike. */
class PlaceTaken extends Exit {
  readonly places: Places

  constructor(places: Places) {
    super()
    this.places = places
  }

  leave(): void {
    this.places.leave()
  }
}

/** Undefined once a place is taken, or why there is none. */
function waitForPlace(
  places: Places,
  { maxWaitMs }: BulkheadSettings,
  scope: BulkheadScope,
  context: Context,
): Promise<Failure | undefined> {
  const { clock, history, emit } = context
  return new Promise((resolve) => {
    if (context.scope.cancelled) return resolve(context.scope.cancelled)
    const startedAt = clock.now()
    let waits = true
    const leave = places.join(function admit() {
      // Its deadline is about to cancel it: a request now would be for nobody, so the place goes on to the next.
      if (clock.now() >= context.deadlineAt) places.leave()
      else settle(undefined)
    })
    if (!leave) {
      return resolve(
        refusal('BulkheadFull', `${places.concurrency} calls are in flight and ${places.queued} wait`),
      )
    }
    const timer = clock.setTimer(maxWaitMs, function giveUp() {
      settle(refusal('BulkheadWaitTooLong', `no place came free within ${formatMs(maxWaitMs)}`))
    })
    const forget = context.scope.onCancel((why) => settle(why))
    // Last, since an observer may cancel the call on hearing it.
    emit?.({ type: 'bulkhead.queued', scope, inFlight: places.inFlight, queued: places.queued })

    /** Once; on the spot, since a call that is cancelled while it waits ends before anybody hears of the promise. */
    function settle(outcome: Failure | undefined): void {
      if (!waits) return
      waits = false
      leave?.()
      timer.cancel()
      forget()
      history.queuedMs += clock.now() - startedAt
      resolve(outcome)
    }
  })

  function refusal(code: 'BulkheadFull' | 'BulkheadWaitTooLong', why: string): Failure {
    emit?.({ type: 'bulkhead.refused', scope, why, inFlight: places.inFlight, queued: places.queued })
    return failure(code, `the bulkhead of the ${scope} is full: ${why}`)
  }
}
