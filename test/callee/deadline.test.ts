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

  const sent = (msAgo: number): CalleeContext =>
    context({ remainingMs: '2000', deadline: String(NOW - msAgo + 2_000) })

  it.each([
    ['less the start that it waited for', 800, 900, 2_000 - 800],
    ['less what the clocks say, where that is less: the process was there before', 800, 300, 2_000 - 300],
    ['less its start, however far behind the caller’s clock is', 800, 60_000, 2_000 - 800],
    ['whole where the request seems to come from the future', 800, -5_000, 2_000],
    ['less the longest start', 10_000, 12_000, 2_000 - 10_000],
    ['whole where no start takes as long as this process has been there', 10_001, 12_000, 2_000],
  ])('is for the first invocation the remaining time, %s', async (_, startMs, msAgo, expectedMs) => {
    vi.resetModules()
    vi.spyOn(process, 'uptime').mockReturnValue(startMs / 1_000)
    const callee = await import('resilient-lambda/callee')
    expect(callee.deadlineOf(sent(msAgo)).at).toBe(NOW + expectedMs)
  })

  it.each([-5_000, -1, 0, 1, 5_000])(
    'is later the remaining time, whatever a clock says: sent %i ms ago',
    (msAgo) => {
      deadlineOf({})
      vi.spyOn(process, 'uptime').mockReturnValue(0.8)
      expect(deadlineOf(sent(msAgo)).at).toBe(NOW + 2_000)
    },
  )

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
