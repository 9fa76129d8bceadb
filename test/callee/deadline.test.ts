import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lambda } from 'resilient-lambda'
import { deadlineOf, type CalleeContext } from 'resilient-lambda/callee'

const NOW = Date.UTC(2026, 0, 1)

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Told {
  readonly remainingMs?: unknown
  readonly deadline?: unknown
  readonly ownMs?: number
}

function context({ remainingMs, deadline, ownMs }: Told): CalleeContext {
  const custom = { 'resilient-lambda-remaining-ms': remainingMs, 'resilient-lambda-deadline': deadline }
  return {
    clientContext: { custom },
    ...(ownMs !== undefined && { getRemainingTimeInMillis: () => ownMs }),
  }
}

describe('deadlineOf()', () => {
  it('is what remained to the caller when it sent the request', () => {
    const told = context({ remainingMs: '2000', deadline: String(NOW + 2_000), ownMs: 30_000 })
    expect(deadlineOf(told)).toMatchObject({ at: NOW + 2_000, remainingMs: 2_000 })
  })

  it("is the function's own time limit where that comes first", () => {
    const told = context({ remainingMs: '2000', deadline: String(NOW + 2_000), ownMs: 1_500 })
    expect(deadlineOf(told)).toMatchObject({ at: NOW + 1_500, remainingMs: 1_500 })
  })

  it("is the function's own where nothing was forwarded, and endless where there is none", () => {
    expect(deadlineOf({ getRemainingTimeInMillis: () => 3_000 }).at).toBe(NOW + 3_000)
    expect(deadlineOf({})).toMatchObject({ at: Infinity, remainingMs: Infinity })
    expect(deadlineOf(undefined).at).toBe(Infinity)
  })

  it.each([
    ['less what the request was on its way, as by a cold start', 4_000, 2_000 - 4_000],
    ['less as much as a start can take', 10_000, 2_000 - 10_000],
    ['whole where the clocks say longer than that: one of them is wrong', 10_001, 2_000],
    ["whole where the request seems to come from the future: the caller's clock is fast", -5_000, 2_000],
    ['whole where it took no time', 0, 2_000],
  ])('is the remaining time, %s', (_, onItsWayMs, expectedMs) => {
    const deadline = String(NOW - onItsWayMs + 2_000)
    expect(deadlineOf(context({ remainingMs: '2000', deadline })).at).toBe(NOW + expectedMs)
  })

  it('is the remaining time where the caller told no more', () => {
    expect(deadlineOf(context({ remainingMs: '2000' })).at).toBe(NOW + 2_000)
  })

  it('is nothing that a clock alone says', () => {
    expect(deadlineOf(context({ deadline: String(NOW + 2_000), ownMs: 9_000 })).at).toBe(NOW + 9_000)
  })

  it.each(['-1', '1.5', 'soon', '', 2_000, null, {}, '9'.repeat(400)])(
    'overlooks a remaining time that is none: %j',
    (remainingMs) => {
      expect(deadlineOf(context({ remainingMs, ownMs: 9_000 })).at).toBe(NOW + 9_000)
    },
  )

  it.each(['-1', 'soon', '', 7, '9'.repeat(15)])('overlooks a point in time that is none: %j', (deadline) => {
    expect(deadlineOf(context({ remainingMs: '2000', deadline })).at).toBe(NOW + 2_000)
  })

  it.each([NaN, Infinity, undefined])('overlooks a time limit of its own that is none: %j', (own) => {
    expect(deadlineOf({ getRemainingTimeInMillis: () => own as number }).at).toBe(Infinity)
  })

  it('throws nothing where the context does', () => {
    const getRemainingTimeInMillis = (): never => {
      throw new Error('gone')
    }
    expect(deadlineOf({ getRemainingTimeInMillis, clientContext: null }).at).toBe(Infinity)
  })

  it('stays the same for one invocation, while less and less remains, down to nothing', () => {
    const told = context({ remainingMs: '2000' })
    const first = deadlineOf(told)
    vi.setSystemTime(NOW + 1_500)
    expect(deadlineOf(told)).toBe(first)
    expect(first.remainingMs).toBe(500)
    vi.setSystemTime(NOW + 60_000)
    expect(first.remainingMs).toBe(0)
  })

  it('is aborted when it is over', async () => {
    const { signal } = deadlineOf(context({ remainingMs: '1' }))
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
    const over = deadlineOf(context({ remainingMs: '0' })).signal
    expect(over).toMatchObject({ aborted: true, reason: { name: 'TimeoutError' } })
  })

  it('has one signal, made when it is asked for', () => {
    const made = vi.spyOn(AbortSignal, 'timeout')
    const deadline = deadlineOf(context({ remainingMs: '1999.5', ownMs: 1_999.5 }))
    expect(made).not.toHaveBeenCalled()
    expect(deadline.signal).toBe(deadline.signal)
    expect(made.mock.calls).toEqual([[2_000]])
    expect(deadlineOf({}).signal.aborted).toBe(false)
    expect(deadlineOf(context({ remainingMs: '9'.repeat(15) })).signal.aborted).toBe(false)
    expect(made.mock.calls).toEqual([[2_000], [2 ** 31 - 1]])
  })

  it('stands in for a Lambda context, so that calls of the function end in time too', () => {
    const deadline = deadlineOf(context({ remainingMs: '2000' }))
    expect(deadline.getRemainingTimeInMillis()).toBe(2_000)
    expect(lambda('quote').deadline(deadline).explain()).toContain('the time that remains')
  })
})
