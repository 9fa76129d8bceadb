import { describe, expect, it, vi } from 'vitest'
import { InvokeError } from '../../src/failures/error.js'
import { failure, type Failure } from '../../src/failures/failure.js'
import { FALLBACK_DEFAULTS, fallbackPolicy, type FallbackSettings } from '../../src/policies/fallback.js'
import type { Policy } from '../../src/core/policy.js'
import { Bench, fails, hangs, nextThat } from './harness.js'

type Answer = FallbackSettings['answer']

const policyWith = (answer: Answer, change: Partial<FallbackSettings> = {}): Policy =>
  fallbackPolicy({ answer, repeats: false, ...FALLBACK_DEFAULTS, ...change })
const instead = { ok: true, value: 'instead', reply: {} }
const refused = fails('ConnectionRefused')

describe('a fallback that runs the payload elsewhere', () => {
  const reset = fails('ConnectionReset')
  const elsewhere = (mayHaveRun: boolean): InvokeError => {
    const why: Failure = failure(mayHaveRun ? 'ConnectionReset' : 'ConnectionRefused')
    return new InvokeError(why, { target: 'other', attempts: [], elapsedMs: 0 })
  }

  it('is not asked when the first may have run, unless the call is idempotent', async () => {
    const bench = new Bench()
    const answer = vi.fn<Answer>(() => 'instead')
    const policy = policyWith(answer, { repeats: true })
    expect((await bench.run(policy, nextThat(reset))).outcome).toBe(reset)
    expect(answer).not.toHaveBeenCalled()
    expect((await bench.run(policy, nextThat(reset), { idempotent: true })).outcome).toEqual(instead)
    expect((await bench.run(policy, nextThat(refused))).outcome).toEqual(instead)
    expect((await bench.run(policyWith(answer), nextThat(reset))).outcome).toEqual(instead)
  })

  it('may have run when it fails, unless it knows that it has not', async () => {
    for (const mayHaveRun of [true, false]) {
      const policy = policyWith(() => Promise.reject(elsewhere(mayHaveRun)), { repeats: true })
      const { failure: why, history } = await new Bench().run(policy, nextThat(refused))
      expect(why?.verdict.ran).toBe(mayHaveRun ? 'maybe' : 'no')
      expect(history.ran).toBe(mayHaveRun ? 'maybe' : 'no')
    }
    const unknown = policyWith(() => Promise.reject(new Error('what?')), { repeats: true })
    expect((await new Bench().run(unknown, nextThat(refused))).failure?.verdict.ran).toBe('maybe')
    const slow = policyWith(hangs, { repeats: true })
    expect((await new Bench().run(slow, nextThat(refused))).failure?.verdict.ran).toBe('maybe')
  })

  it('is not thought to run the payload when it does not repeat it', async () => {
    const policy = policyWith(() => Promise.reject(elsewhere(true)))
    expect((await new Bench().run(policy, nextThat(refused))).failure?.verdict.ran).toBe('no')
  })
})
