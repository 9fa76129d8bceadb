import { describe, expect, it } from 'vitest'
import { failed, failure } from 'resilient-lambda/policies'
import { errorOf, scene } from './scene.js'

describe('given a transport that answers each call with one and the same failure', () => {
  it('makes each call an error with its own story', async () => {
    const same = failed(failure('ServiceUnavailable'))
    const { lambda, clock } = scene({ transport: async () => same })

    const first = await clock.runUntil(lambda('quote').safeInvoke())
    const second = await clock.runUntil(lambda('order').safeInvoke())

    expect(errorOf(first).target).toBe('quote')
    expect(errorOf(second).target).toBe('order')
  })
})
