import type { Fn } from 'resilient-lambda'
import { fakeClock, type FakeClock } from 'resilient-lambda/testing'
import type { Abort } from './scenario.js'

/** A fake clock that tells when a timer has run, before anything that the timer set off goes on. */
export interface HeardClock extends FakeClock {
  readonly listeners: Set<() => void>
}

export function heardClock(seed: number): HeardClock {
  const clock = fakeClock({ seed })
  const listeners = new Set<() => void>()
  const setTimer: FakeClock['setTimer'] = (ms, run) =>
    clock.setTimer(ms, () => {
      run()
      for (const listener of listeners) listener()
    })
  return Object.create(clock, {
    setTimer: { value: setTimer },
    listeners: { value: listeners },
  }) as HeardClock
}

/** Has the caller give up as planned, unless it is forgotten before. */
export function plan(abort: Abort | undefined, clock: HeardClock, giveUp: () => void): () => void {
  if (!abort || 'atEvent' in abort) return () => {}
  if ('afterMs' in abort) {
    const timer = clock.setTimer(abort.afterMs, giveUp)
    return () => timer.cancel()
  }
  let timersLeft = abort.afterTimers
  let forgotten = false
  const countDown = (): void => {
    if (timersLeft-- === 0) void stepOn(abort.steps)
  }
  const stepOn = async (steps: number): Promise<void> => {
    for (let i = 0; i < steps; i++) await Promise.resolve()
    if (!forgotten) giveUp()
  }
  clock.listeners.add(countDown)
  return () => {
    forgotten = true
    clock.listeners.delete(countDown)
  }
}

/** Has the caller give up in the middle of an event, as planned. */
export function planInEvents(
  abort: Abort | undefined,
  quote: Fn<unknown, unknown>,
  giveUp: () => void,
): Fn<unknown, unknown> {
  if (!abort || !('atEvent' in abort)) return quote
  let eventsLeft = abort.atEvent
  return quote.observe(() => {
    if (eventsLeft-- === 0) giveUp()
  })
}
