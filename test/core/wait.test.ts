import { describe, expect, it, vi } from 'vitest'
import { answered, failed } from '../../src/core/outcome.js'
import { Scope } from '../../src/core/scope.js'
import { sleep, within } from '../../src/core/wait.js'
import { failure } from '../../src/failures/failure.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

const why = failure('Aborted', 'the caller gave up')

/** A scope that counts who still listens. */
function watched(): { scope: Scope; listening: () => number } {
  const scope = new Scope()
  let listening = 0
  const onCancel = scope.onCancel.bind(scope)
  scope.onCancel = (listener) => {
    listening++
    const forget = onCancel(listener)
    return () => {
      listening--
      forget()
    }
  }
  return { scope, listening: () => listening }
}

describe('sleep', () => {
  it('resolves true after its time, not before, and leaves nothing behind', async () => {
    const clock = fakeClock()
    const { scope, listening } = watched()
    const woken = vi.fn()
    const sleeping = sleep(clock, scope, 100).then(woken)
    expect(clock.pending).toBe(1)
    await clock.advance(99)
    expect(woken).not.toHaveBeenCalled()
    await clock.advance(1)
    await sleeping
    expect(woken).toHaveBeenCalledWith(true)
    expect(clock.pending).toBe(0)
    expect(listening()).toBe(0)
  })

  it('resolves false at once when the scope is cancelled, and its timer is gone', async () => {
    const clock = fakeClock()
    const scope = new Scope()
    const sleeping = sleep(clock, scope, 100)
    scope.cancel(why)
    expect(clock.pending).toBe(0)
    expect(await sleeping).toBe(false)
    expect(clock.now()).toBe(0)
  })

  it('does not even set a timer in a cancelled scope', async () => {
    const clock = fakeClock()
    const setTimer = vi.spyOn(clock, 'setTimer')
    const scope = new Scope()
    scope.cancel(why)
    expect(await sleep(clock, scope, 100)).toBe(false)
    expect(setTimer).not.toHaveBeenCalled()
  })
})

describe('within', () => {
  it('is the outcome of what runs, and leaves no listener', async () => {
    const { scope, listening } = watched()
    const outcome = answered(1)
    expect(await within(scope, async () => outcome)).toBe(outcome)
    expect(listening()).toBe(0)
  })

  it('fails as the scope does as soon as it is cancelled, even if what runs never ends', async () => {
    const scope = new Scope()
    const ending = within(scope, () => new Promise(() => {}))
    scope.cancel(why)
    expect(await ending).toEqual(failed(why))
  })

  it('does not begin in a cancelled scope', async () => {
    const scope = new Scope()
    scope.cancel(why)
    const run = vi.fn(async () => answered(1))
    expect(await within(scope, run)).toEqual(failed(why))
    expect(run).not.toHaveBeenCalled()
  })

  it('rejects as what runs does, and leaves no listener', async () => {
    const { scope, listening } = watched()
    const error = new TypeError('a mistake')
    await expect(within(scope, () => Promise.reject(error))).rejects.toBe(error)
    expect(listening()).toBe(0)
  })

  it.each(['an answer', 'an error'])('does not hear %s that comes after the end', async (late) => {
    const scope = new Scope()
    const clock = fakeClock()
    const ending = within(scope, async () => {
      await sleep(clock, new Scope(), 10)
      if (late === 'an error') throw new Error('late')
      return answered(1)
    })
    scope.cancel(why)
    await clock.advance(10)
    expect(await ending).toEqual(failed(why))
  })
})
