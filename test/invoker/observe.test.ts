import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CallEvent, Observer } from 'resilient-lambda'
import { scripted } from './support.js'

describe('observe()', () => {
  it('tells what happens in the calls of its chain, and of no other', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled().replies(1)
    const seen: CallEvent[] = []
    const watched = lambda('quote').observe((event) => seen.push(event))
    await clock.runUntil(watched.invoke())
    await lambda('quote').invoke()
    expect(seen.map(({ type }) => type)).toEqual([
      'call.started',
      'attempt.started',
      'attempt.ended',
      'retry.scheduled',
      'attempt.started',
      'attempt.ended',
      'call.ended',
    ])
    expect(new Set(seen.map(({ call, target }) => `${call} ${target}`)).size).toBe(1)
  })

  it("comes on top of the invoker's observers", async () => {
    const seen: string[] = []
    const { lambda, script, events } = scripted({ observers: [{ event: () => seen.push('invoker') }] })
    script('quote').replies(1)
    const chain = lambda('quote')
      .observe(() => seen.push('first'))
      .observe({ event: () => seen.push('second') })
    await chain.invoke()
    expect(new Set(seen)).toEqual(new Set(['invoker', 'first', 'second']))
    expect(seen).toHaveLength(3 * events.length)
  })

  it('is not broken by an observer that throws', async () => {
    const broken: Observer = {
      event: () => {
        throw new Error('the log is full')
      },
      around: () => {
        throw new Error('no span today')
      },
    }
    const { lambda, script, events } = scripted({ observers: [broken] })
    script('quote').replies(1)
    expect(await lambda('quote').observe(broken).invoke()).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.ended', ok: true })
  })

  it('wraps the call and each attempt where an observer wants to', async () => {
    const { lambda, script, clock } = scripted()
    script('quote').throttled().replies(1)
    const scopes: string[] = []
    const around: Observer['around'] = async (scope, run) => {
      scopes.push(`${scope.type} ${scope.attempt ?? '-'}`)
      return run()
    }
    await clock.runUntil(lambda('quote').observe({ around }).invoke())
    expect(scopes).toEqual(['call -', 'attempt 1', 'attempt 2'])
  })

  it('is heard on the diagnostics channel without any observer', async () => {
    const seen: string[] = []
    const listen = (event: unknown): void => void seen.push((event as CallEvent).type)
    subscribe('resilient-lambda', listen)
    onTestFinished(() => void unsubscribe('resilient-lambda', listen))
    const { lambda, script } = scripted()
    script('quote').replies(1)
    await lambda('quote').invoke()
    expect(seen).toEqual(['call.started', 'attempt.started', 'attempt.ended', 'call.ended'])
  })
})
