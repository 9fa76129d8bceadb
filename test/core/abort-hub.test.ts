import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { onAbort, type Listening } from '../../src/core/abort-hub.js'
import { collectGarbage } from '../http/fetch/garbage.js'
import { surfaced } from './surfaced.js'

const listenersOn = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

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
    const listening = onAbort(caller.signal, gone)
    onAbort(caller.signal, there)
    listening.forget()
    caller.abort()
    expect(gone).not.toHaveBeenCalled()
    expect(there).toHaveBeenCalledOnce()
  })

  it('keeps one listener on the signal for 1,000 calls, none after the turn in which the last has left, and Node does not warn', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const { signal } = new AbortController()
    const all = Array.from({ length: 1_000 }, () => onAbort(signal, vi.fn()))
    expect(listenersOn(signal)).toBe(1)
    for (const listening of all.slice(1)) listening.forget()
    await nextTurn()
    expect(listenersOn(signal)).toBe(1)
    all[0]?.forget()
    await nextTurn()
    expect(listenersOn(signal)).toBe(0)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })

  it('shares it with calls that come in the same turn in which the last had left', async () => {
    const caller = new AbortController()
    const added = vi.spyOn(caller.signal, 'addEventListener')
    onAbort(caller.signal, vi.fn()).forget()
    const listener = vi.fn()
    onAbort(caller.signal, listener)
    await nextTurn()
    expect(added).toHaveBeenCalledOnce()
    expect(listenersOn(caller.signal)).toBe(1)
    caller.abort()
    expect(listener).toHaveBeenCalledOnce()
  })

  it('starts anew on a signal that everybody had left', async () => {
    const caller = new AbortController()
    onAbort(caller.signal, vi.fn()).forget()
    await nextTurn()
    const listener = vi.fn()
    onAbort(caller.signal, listener)
    expect(listenersOn(caller.signal)).toBe(1)
    caller.abort()
    expect(listener).toHaveBeenCalledOnce()
    await nextTurn()
    expect(listenersOn(caller.signal)).toBe(0)
  })

  it('tells nobody of an abort in the turn in which all have left', async () => {
    const caller = new AbortController()
    const gone = vi.fn()
    onAbort(caller.signal, gone).forget()
    caller.abort()
    await nextTurn()
    expect(gone).not.toHaveBeenCalled()
    expect(listenersOn(caller.signal)).toBe(0)
  })

  it('is not disturbed when somebody forgets twice, or after the abort', () => {
    const caller = new AbortController()
    const twice = onAbort(caller.signal, vi.fn())
    twice.forget()
    const listener = vi.fn()
    const once = onAbort(caller.signal, listener)
    twice.forget()
    expect(listenersOn(caller.signal)).toBe(1)
    caller.abort()
    once.forget()
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

  it('tells the others when some of them leave while one is told', () => {
    const caller = new AbortController()
    const told: string[] = []
    const listen = (name: string, leaving: readonly string[] = []): void => {
      const listening = onAbort(caller.signal, () => {
        told.push(name)
        for (const other of leaving) all.get(other)?.forget()
      })
      all.set(name, listening)
    }
    const all = new Map<string, ReturnType<typeof onAbort>>()
    for (const name of ['a', 'b', 'c']) listen(name)
    listen('leaver', ['leaver', 'b'])
    for (const name of ['d', 'e', 'f']) listen(name)
    all.get('e')?.forget()
    caller.abort()
    expect(told.toSorted()).toEqual(['a', 'c', 'd', 'f', 'leaver'])
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

  it('holds nobody by one who has left and is held himself', async () => {
    const { signal } = new AbortController()
    const held = onAbort(signal, vi.fn())
    const stays = onAbort(signal, vi.fn())
    const later = listenAndLeave(signal, [held, stays])
    await collectGarbage()
    expect(later.deref()).toBeUndefined()
    expect([held, stays]).toHaveLength(2)
  })

  it('keeps no list of calls that come and go within one turn', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    for (let n = 0; n < 100; n++) onAbort(signal, vi.fn()).forget()
    await nextTurn()
    expect(removed).toHaveBeenCalledOnce()
  })

  it('does not remember what turned out to be no signal', () => {
    const wrong = {} as AbortSignal
    for (const attempt of [1, 2])
      expect(() => onAbort(wrong, vi.fn()), `attempt ${attempt}`).toThrow('addEventListener')
  })
})

/** One that listens after the others, and leaves after them too. */
function listenAndLeave(signal: AbortSignal, leaving: readonly Listening[]): WeakRef<object> {
  const last = onAbort(signal, vi.fn())
  for (const listening of leaving) listening.forget()
  last.forget()
  return new WeakRef(last)
}
