import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CallEvent, ObservedScope, Observer } from '../../src/core/events.js'
import type * as Module from '../../src/core/emitter.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

type Emitter = typeof Module

const started = { type: 'attempt.started', attempt: 1 } as const
const scope: ObservedScope = { type: 'call', call: 1, target: 'quote', carrier: {} }
let emitter: Emitter

// Whether a broken observer was complained of is remembered for the whole process.
beforeEach(async () => {
  vi.resetModules()
  emitter = await import('../../src/core/emitter.js')
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})

function warnings(): unknown[][] {
  return vi.mocked(process.emitWarning).mock.calls
}

describe('telling observers', () => {
  it('builds nothing when nobody listens', () => {
    expect(new emitter.Observers([]).emitFor(1, 'quote', fakeClock())).toBeUndefined()
    expect(
      new emitter.Observers([{ around: (_, run) => run() }]).emitFor(1, 'quote', fakeClock()),
    ).toBeUndefined()
  })

  it('says which call, which target and when, to each of them', async () => {
    const clock = fakeClock()
    await clock.advance(500)
    const [first, second] = [vi.fn(), vi.fn()]
    const emit = new emitter.Observers([{ event: first }, { event: second }]).emitFor(7, 'quote', clock)
    await clock.advance(30)
    emit?.(started)
    const event = { call: 7, target: 'quote', atMs: 30, type: 'attempt.started', attempt: 1 }
    expect(first.mock.calls).toEqual([[event]])
    expect(second.mock.calls).toEqual([[event]])
    expect(Object.isFrozen(first.mock.calls[0]?.[0])).toBe(true)
  })

  it('says which function was invoked where there is one', () => {
    const invoked = { name: 'quote', region: 'eu-west-1' }
    const seen = vi.fn()
    new emitter.Observers([{ event: seen }]).emitFor(1, 'quote', fakeClock(), invoked)?.(started)
    expect(seen.mock.calls).toEqual([[{ call: 1, target: 'quote', invoked, atMs: 0, ...started }]])
  })

  it('tells an observer that was given twice once', async () => {
    const observer = { event: vi.fn(), around: vi.fn((_: ObservedScope, run: () => Promise<never>) => run()) }
    const observers = new emitter.Observers([observer, observer])
    observers.emitFor(1, 'quote', fakeClock())?.(started)
    expect(observer.event).toHaveBeenCalledOnce()
    await observers.around?.(scope, async () => 1)
    expect(observer.around).toHaveBeenCalledOnce()
  })

  it('keeps the observer’s own this', () => {
    class Counter {
      seen: string[] = []
      event(event: CallEvent): void {
        this.seen.push(event.type)
      }
    }
    const counter = new Counter()
    new emitter.Observers([counter]).emitFor(1, 'quote', fakeClock())?.(started)
    expect(counter.seen).toEqual(['attempt.started'])
  })

  it('publishes the same stream for tools', () => {
    const published: unknown[] = []
    const tool = (message: unknown): void => void published.push(message)
    subscribe('resilient-lambda', tool)
    const emit = new emitter.Observers([]).emitFor(2, 'quote', fakeClock())
    emit?.(started)
    unsubscribe('resilient-lambda', tool)
    expect(published).toEqual([{ call: 2, target: 'quote', atMs: 0, ...started }])
  })

  it.each([
    ['an Error', new Error('a broken observer'), 'a broken observer'],
    ['a text', 'broken', 'broken was thrown'],
    ['something that has no text', Object.create(null), ''],
  ])('outlives an observer that throws %s, tells the others, and warns once', (_, thrown: unknown, said) => {
    const other = vi.fn()
    const broken = (): void => {
      throw thrown
    }
    const emit = new emitter.Observers([{ event: broken }, { event: other }]).emitFor(1, 'quote', fakeClock())
    emit?.(started)
    emit?.(started)
    expect(other).toHaveBeenCalledTimes(2)
    expect(warnings()).toEqual([[`An observer threw, and was ignored: ${said}`, 'ResilientLambdaWarning']])
  })

  it('outlives an observer that rejects later, tells the others, and warns once', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const other = vi.fn()
    const broken = (): unknown => Promise.reject(new Error('a full disk'))
    const emit = new emitter.Observers([{ event: broken }, { event: other }]).emitFor(1, 'quote', fakeClock())
    emit?.(started)
    emit?.(started)
    expect(other).toHaveBeenCalledTimes(2)
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings()).toEqual([
      ['An observer threw, and was ignored: a full disk', 'ResilientLambdaWarning'],
    ])
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('standing around', () => {
  const around = (...observers: Observer[]): NonNullable<InstanceType<Emitter['Observers']>['around']> => {
    const made = new emitter.Observers(observers).around
    if (!made) throw new Error('nobody stands around')
    return made
  }

  it('is nothing when nobody wants to', () => {
    expect(new emitter.Observers([{ event: () => {} }]).around).toBeUndefined()
  })

  it('nests the observers, the first outermost, and gives back what the work gave', async () => {
    const order: string[] = []
    const named = (name: string): Observer => ({
      async around(given, run) {
        expect(given).toBe(scope)
        order.push(`${name} in`)
        const result = await run()
        order.push(`${name} out`)
        return result
      },
    })
    const result = await around(named('a'), {}, named('b'))(scope, async () => order.push('work'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(order).toEqual(['a in', 'b in', 'work', 'b out', 'a out'])
    expect(result).toBe(3)
  })

  it.each<[string, Observer]>([
    [
      'throws',
      {
        around: () => {
          throw new Error('broken')
        },
      },
    ],
    [
      'throws afterwards',
      {
        around: (_, run) => {
          void run()
          throw new Error('broken')
        },
      },
    ],
    ['rejects', { around: () => Promise.reject(new Error('broken')) }],
    ['never calls the work', { around: () => new Promise(() => {}) }],
    ['calls the work twice', { around: async (_, run) => (await run(), run()) }],
    ['answers something else', { around: async (_, run) => (await run(), 'else' as never) }],
    ['returns nothing', { around: (_, run) => void run() as never }],
  ])('runs the work once and gives its result when an observer %s', async (_, observer) => {
    const work = vi.fn(async () => 'result')
    expect(await around(observer)(scope, work)).toBe('result')
    expect(work).toHaveBeenCalledOnce()
  })

  it('does not begin work again that threw at once', async () => {
    const work = vi.fn((): Promise<never> => {
      throw new RangeError('at once')
    })
    await expect(around({ around: (_, run) => run() })(scope, work)).rejects.toThrow('at once')
    expect(work).toHaveBeenCalledOnce()
    expect(warnings()).toEqual([])
  })

  it('warns of an observer that throws', async () => {
    await around({
      around: () => {
        throw new Error('broken')
      },
    })(scope, async () => 1)
    expect(warnings()).toEqual([['An observer threw, and was ignored: broken', 'ResilientLambdaWarning']])
  })

  it('passes on the work’s own error, once', async () => {
    const error = new Error('of the work')
    await expect(around({ around: (_, run) => run() })(scope, () => Promise.reject(error))).rejects.toBe(
      error,
    )
    expect(warnings()).toEqual([])
  })
})
