import { describe, expect, it } from 'vitest'
import { ORDER, type Policy } from 'resilient-lambda/policies'
import { scene } from './scene.js'

describe('given the whole pipeline', () => {
  it('explains its steps in the order that the design promises', () => {
    const { lambda } = scene()

    expect(
      lambda('quote')
        .toJSON()
        .steps.map(({ step }) => step),
    ).toEqual([
      'deadLetter',
      'fallback',
      'deadline',
      'failover',
      'bulkhead',
      'retry',
      'adaptive',
      'breaker',
      'hedge',
      'timeout',
      'transport',
    ])
  })

  it('explains the same steps whatever the order in which they were set', () => {
    const { lambda } = scene()
    const one = lambda('quote').timeout('1s').retry({ attempts: 2 }).fallback(null).deadline('2s')
    const other = lambda('quote').deadline('2s').fallback(null).retry({ attempts: 2 }).timeout('1s')

    expect(one.explain()).toBe(other.explain())
    expect(one.toJSON()).toEqual(other.toJSON())
  })

  it('meets them in the order that it explains', async () => {
    const { lambda, script, clock } = scene()
    const met: string[] = []
    // A policy of one's own before each of ours shows when a call comes by.
    const watch = (name: string): Policy => {
      const policy: Policy = (next) => (call, context) => (met.push(name), next(call, context))
      return Object.defineProperty(policy, 'name', { value: name })
    }
    const watched = ORDER.toReversed().reduce(
      (fn, before) => fn.use(watch(`before ${before}`), { before }),
      lambda('quote').timeout('1s').fallback(null),
    )
    script('quote').replies()

    await clock.runUntil(watched.invoke())

    const explained = watched.toJSON().steps.map(({ step }) => step)
    expect(met).toEqual(explained.filter((step) => step.startsWith('before ')))
    expect(explained).toEqual([...ORDER.flatMap((step) => [`before ${step}`, step]), 'transport'])
    const printed = Array.from(watched.explain().matchAll(/^ {2}(\S.*?) {2,}/gm), ([, step]) => step)
    expect(printed).toEqual(explained)
  })

  it('meets what is inside retry once for each attempt, and what is outside of it once', async () => {
    const { lambda, script, clock } = scene()
    const met: string[] = []
    const watch =
      (name: string): Policy =>
      (next) =>
      (call, context) => (met.push(name), next(call, context))
    const watched = ORDER.reduce((fn, before) => fn.use(watch(before), { before }), lambda('quote'))
    script('quote').throttled().replies()

    await clock.runUntil(watched.invoke())

    const times = (name: string): number => met.filter((other) => other === name).length
    expect(ORDER.map(times)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2])
  })
})
