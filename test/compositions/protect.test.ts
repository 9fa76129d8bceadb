import { describe, expect, it } from 'vitest'
import { isInvokeError } from 'resilient-lambda'
import {
  bulkhead,
  circuitBreaker,
  compose,
  deadline,
  failed,
  failure,
  fallback,
  protect,
  retry,
  timeout,
  type Next,
} from 'resilient-lambda/policies'
import { fakeClock } from 'resilient-lambda/testing'
import { STEADY } from './scene.js'

const dead = (): Promise<never> => Promise.reject(new Error('dead'))
const innermost: Next = async () => failed(failure('ServiceUnavailable'))

describe('given the policies around a function of one’s own', () => {
  const policies = [
    deadline('5s'),
    bulkhead({ concurrency: 1 }),
    retry(STEADY),
    circuitBreaker({ consecutiveFailures: 3, openFor: '10s' }),
    timeout('1s'),
  ]

  it('repeats, counts and cuts as for a Lambda function', async () => {
    const clock = fakeClock()
    let runs = 0
    const flaky = async ({ attempt }: { attempt: number }): Promise<string> => {
      runs++
      if (attempt === 1) return new Promise(() => {})
      if (attempt === 2) throw new Error('not yet')
      return `attempt ${attempt}`
    }
    const call = protect<undefined, string>(flaky, { policies, clock, idempotent: true })

    expect(await clock.runUntil(call(undefined))).toBe('attempt 3')
    expect(clock.now()).toBe(1_200)
    expect(runs).toBe(3)
    expect(clock.pending).toBe(0)
  })

  it('runs once what is not declared idempotent, and says that it may have run', async () => {
    const clock = fakeClock()
    let runs = 0
    const charge = protect<number, void>(
      () => {
        runs++
        throw new Error('declined?')
      },
      { policies, clock, name: 'charge' },
    )

    const error: unknown = await clock.runUntil(charge(1).catch((error: unknown) => error))

    expect(isInvokeError(error) && error).toMatchObject({ code: 'OperationFailed', mayHaveRun: true })
    expect(runs).toBe(1)
  })

  it('opens its circuit over calls, and keeps one for each protected function', async () => {
    const clock = fakeClock()
    const make = () => protect<undefined, never>(dead, { policies, clock, idempotent: true, name: 'db' })
    const code = async (call: (input: undefined) => Promise<never>): Promise<unknown> => {
      const error = await clock.runUntil(call(undefined).catch((error: unknown) => error))
      return isInvokeError(error) && error.code
    }
    const [one, other] = [make(), make()]

    expect(await code(one)).toBe('OperationFailed')
    expect(await code(one)).toBe('CircuitOpen')
    expect(await code(other)).toBe('OperationFailed')
  })

  it('composes them outermost first: the order decides who sees what', async () => {
    const seen: string[] = []
    const see =
      (name: string) =>
      (next: Next): Next =>
      async (call, context) => {
        const outcome = await next(call, context)
        seen.push(`${name} sees ${outcome.ok ? 'an answer' : 'a failure'}`)
        return outcome
      }
    const clock = fakeClock()
    const order = [see('outside'), fallback('instead'), see('inside'), () => innermost]

    const call = protect<undefined, string>(() => 'never asked', { policies: order, clock })

    expect(await clock.runUntil(call(undefined))).toBe('instead')
    expect(seen).toEqual(['inside sees a failure', 'outside sees an answer'])
    expect(compose([], innermost)).toBe(innermost)
  })
})
