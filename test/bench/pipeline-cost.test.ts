import { describe, expect, it } from 'vitest'
import { createInvoker } from 'resilient-lambda'
import { answered, systemClock, type Clock } from 'resilient-lambda/policies'
import { load } from './load.js'

type Count = (call: () => Promise<unknown>) => Promise<number>

const { countingClock, promisesPerCall, timersPerCall } = await load<{
  countingClock: (clock: Clock) => Clock & { timers: number }
  promisesPerCall: Count
  timersPerCall: Count
}>('harness/counts.mjs')

const ANSWER = answered(undefined)
const transport = async (): Promise<typeof ANSWER> => ANSWER

describe('a call that succeeds, with all policies as they come and without a signal', () => {
  it('makes at most 6 promises more than a bare async function', async () => {
    const fn = createInvoker({ transport })('quote')
    const added = (await promisesPerCall(() => fn.invoke())) - (await promisesPerCall(transport))
    expect(added).toBeLessThanOrEqual(6)
  })

  it('sets at most one timer', async () => {
    const fn = createInvoker({ transport })('quote')
    await expect(timersPerCall(() => fn.invoke())).resolves.toBeLessThanOrEqual(1)
  })

  it('asks the clock for at most one timer', async () => {
    const clock = countingClock(systemClock)
    await createInvoker({ transport, clock })('quote').invoke()
    expect(clock.timers).toBeLessThanOrEqual(1)
  })
})
