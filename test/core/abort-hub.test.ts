import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { onAbort } from '../../src/core/abort-hub.js'
import { surfaced } from './surfaced.js'

const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('listening to a caller’s signal', () => {
  it('tells every listener once when the signal is aborted', () => {
    const caller = new AbortController()
    const [first, second] = [vi.fn(), vi.fn()]
    onAbort(caller.signal, first)
    onAbort(caller.signal, second)
    caller.abort()
    caller.abort()
    expect(first).toHaveBeenCalledOnce()
    expect(second).toHaveBeenCalledOnce()
    expect(listenersOn(caller.signal)).toBe(0)
  })

  it('does not tell who has forgotten it', () => {
    const caller = new AbortController()
    const [gone, there] = [vi.fn(), vi.fn()]
    const forget = onAbort(caller.signal, gone)
    onAbort(caller.signal, there)
    forget()
    caller.abort()
    expect(gone).not.toHaveBeenCalled()
    expect(there).toHaveBeenCalledOnce()
  })

  it('keeps one listener on the signal for 1,000 calls, none afterwards, and Node does not warn', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { signal } = new AbortController()
    const forgets = Array.from({ length: 1_000 }, () => onAbort(signal, vi.fn()))
    expect(listenersOn(signal)).toBe(1)
    for (const forget of forgets.slice(1)) forget()
    expect(listenersOn(signal)).toBe(1)
    forgets[0]?.()
    expect(listenersOn(signal)).toBe(0)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('starts anew on a signal that everybody had left', () => {
    const caller = new AbortController()
    onAbort(caller.signal, vi.fn())()
    const listener = vi.fn()
    onAbort(caller.signal, listener)
    expect(listenersOn(caller.signal)).toBe(1)
    caller.abort()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('is not disturbed when somebody forgets twice, or after the abort', () => {
    const caller = new AbortController()
    const forget = onAbort(caller.signal, vi.fn())
    forget()
    const listener = vi.fn()
    onAbort(caller.signal, listener)
    forget()
    expect(listenersOn(caller.signal)).toBe(1)
    caller.abort()
    forget()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('keeps two signals apart', () => {
    const [one, two] = [new AbortController(), new AbortController()]
    const [first, second] = [vi.fn(), vi.fn()]
    onAbort(one.signal, first)
    onAbort(two.signal, second)
    two.abort()
    expect(first).not.toHaveBeenCalled()
    expect(second).toHaveBeenCalledOnce()
  })

  it('tells the others when one of them leaves while it is told', () => {
    const caller = new AbortController()
    const last = vi.fn()
    const forget = onAbort(caller.signal, () => forget())
    onAbort(caller.signal, last)
    caller.abort()
    expect(last).toHaveBeenCalledOnce()
  })

  it('tells the others when one of them throws, and then lets the error surface', () => {
    const caller = new AbortController()
    const error = new Error('a mistake')
    const last = vi.fn()
    onAbort(caller.signal, () => {
      throw error
    })
    onAbort(caller.signal, last)
    expect(surfaced(() => caller.abort())).toEqual([error])
    expect(last).toHaveBeenCalledOnce()
  })

  it('does not remember what turned out to be no signal', () => {
    const wrong = {} as AbortSignal
    for (const attempt of [1, 2])
      expect(() => onAbort(wrong, vi.fn()), `attempt ${attempt}`).toThrow('addEventListener')
  })
})
