import { describe, expect, it, vi } from 'vitest'
import { Scope } from '../../src/core/scope.js'
import { failure } from '../../src/failures/failure.js'
import { surfaced } from './surfaced.js'

const why = failure('Aborted', 'the caller gave up')
const other = failure('DeadlineExceeded', 'too late')

describe('a scope', () => {
  it('is not cancelled until somebody cancels it, and keeps the first reason', () => {
    const scope = new Scope()
    expect(scope.cancelled).toBeUndefined()
    scope.cancel(why)
    scope.cancel(other)
    expect(scope.cancelled).toBe(why)
  })

  it('tells each listener once, with the reason', () => {
    const scope = new Scope()
    const [first, second] = [vi.fn(), vi.fn()]
    scope.onCancel(first)
    scope.onCancel(second)
    scope.cancel(why)
    scope.cancel(other)
    expect(first.mock.calls).toEqual([[why]])
    expect(second.mock.calls).toEqual([[why]])
  })

  it('tells the others when a listener throws, and then lets the error surface', () => {
    const scope = new Scope()
    const inner = new Scope(scope)
    const error = new Error('a mistake')
    const [first, last] = [vi.fn(), vi.fn()]
    scope.onCancel(first)
    scope.onCancel(() => {
      throw error
    })
    inner.onCancel(() => {
      throw error
    })
    scope.onCancel(last)
    expect(surfaced(() => scope.cancel(why))).toEqual([error, error])
    for (const listener of [first, last]) expect(listener.mock.calls).toEqual([[why]])
    expect(inner.cancelled).toBe(why)
  })

  it('tells nobody who has taken the listener back', () => {
    const scope = new Scope()
    const listener = vi.fn()
    const forget = scope.onCancel(listener)
    forget()
    scope.cancel(why)
    expect(listener).not.toHaveBeenCalled()
  })

  it('tells who comes late at once', () => {
    const scope = new Scope()
    scope.cancel(why)
    const listener = vi.fn()
    const forget = scope.onCancel(listener)
    expect(listener.mock.calls).toEqual([[why]])
    expect(forget()).toBeUndefined()
  })

  it('knows its reason already while it tells its listeners', () => {
    const scope = new Scope()
    const seen: unknown[] = []
    scope.onCancel(() => seen.push(scope.cancelled, scope.signal.aborted))
    scope.cancel(why)
    expect(seen).toEqual([why, true])
  })
})

describe('a scope within another', () => {
  it('is cancelled with the outer one, for the same reason', () => {
    const outer = new Scope()
    const inner = new Scope(outer)
    outer.cancel(why)
    expect(inner.cancelled).toBe(why)
  })

  it('is cancelled from the start when the outer one was', () => {
    const outer = new Scope()
    outer.cancel(why)
    expect(new Scope(outer).cancelled).toBe(why)
  })

  it('is cancelled without the outer one', () => {
    const outer = new Scope()
    new Scope(outer).cancel(why)
    expect(outer.cancelled).toBeUndefined()
  })

  it('is let go by close', () => {
    const outer = new Scope()
    const inner = new Scope(outer)
    inner.close()
    outer.cancel(why)
    expect(inner.cancelled).toBeUndefined()
  })

  it('can be closed without an outer one', () => {
    expect(() => new Scope().close()).not.toThrow()
  })
})

describe('the signal of a scope', () => {
  it('is one and the same, and is aborted when the scope is cancelled', () => {
    const scope = new Scope()
    const { signal } = scope
    expect(scope.signal).toBe(signal)
    expect(signal.aborted).toBe(false)
    scope.cancel(why)
    expect(signal.aborted).toBe(true)
    expect(scope.signal).toBe(signal)
  })

  it('is aborted from the start when it is asked for late', () => {
    const scope = new Scope()
    scope.cancel(why)
    expect(scope.signal.aborted).toBe(true)
  })

  it('has an AbortError as its reason, with the message and the code of the failure', () => {
    const scope = new Scope()
    const { signal } = scope
    scope.cancel(other)
    expect(signal.reason).toBeInstanceOf(Error)
    expect(signal.reason).toMatchObject({ name: 'AbortError', message: 'too late', code: 'DeadlineExceeded' })
  })

  it("has the caller's own reason where there is one", () => {
    const reason = new Error('the user closed the page')
    const scope = new Scope()
    const { signal } = scope
    scope.cancel(failure('Aborted', 'the caller gave up', { cause: reason }))
    expect(signal.reason).toBe(reason)
  })
})
