import { createInvoker } from 'resilient-lambda'
import { fakeClock, startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Gate } from './gate.js'

const RESERVED = 12
const CALLERS = 200
const UNTIL_CONVERGED = 150
const MEASURED = 350

let local: LocalLambda
beforeAll(async () => {
  const module = new URL('handlers/gated.mjs', import.meta.url)
  local = await startLocalLambda({
    functions: { gated: { module, reservedConcurrency: RESERVED, timeout: '5m' } },
  })
})
afterAll(() => local.stop())

/** What the server counted of a crowd of callers, after the limit had settled. */
interface Counted {
  readonly throttledShare: number
  readonly usedShare: number
}

/** Lets callers call again and again, and each time that nothing moves any more ends some of what runs. */
async function crowd(initial: number): Promise<Counted> {
  const gate = new Gate()
  const lambda = createInvoker({
    ...local.clientSettings,
    bulkhead: { concurrency: CALLERS },
    defaults: { adaptive: { initial }, bulkhead: false, retry: false, deadline: false },
    observers: [() => gate.changed()],
  })
  onTestFinished(() => {
    gate.close()
    lambda.destroy()
  })
  const { random } = fakeClock({ seed: initial })
  const state = { isOver: false }
  let number = 0
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!state.isOver) {
      await lambda('gated').safeInvoke({ gate: gate.name, number: ++number })
    }
  })
  const nothingMoves = (): boolean => {
    const { inFlight = 0, queued = 0 } = lambda.limits().find(({ scope }) => scope === 'function') ?? {}
    return inFlight === gate.running.size && inFlight + queued === CALLERS
  }

  local.reset()
  const uses: number[] = []
  let requestsBefore = 0
  while (local.executionsOf('gated').length < UNTIL_CONVERGED + MEASURED) {
    await gate.until(nothingMoves)
    const executions = local.executionsOf('gated')
    if (executions.length < UNTIL_CONVERGED) requestsBefore = local.requestsOf('gated').length
    else uses.push(executions.filter(({ outcome }) => outcome === 'running').length)
    for (const each of gate.running) if (random() < 0.5) gate.release(each)
  }

  state.isOver = true
  const measured = local.requestsOf('gated').slice(requestsBefore)
  const counted = {
    throttledShare: measured.filter(({ status }) => status === 429).length / measured.length,
    usedShare: uses.reduce((sum, used) => sum + used, 0) / uses.length / RESERVED,
  }
  while (gate.running.size > 0 || lambda.limits().some(({ inFlight }) => inFlight > 0)) {
    for (const each of gate.running) gate.release(each)
    await Promise.race([gate.until(() => gate.running.size > 0), Promise.all(callers)])
  }
  await Promise.all(callers)
  return counted
}

describe(`${CALLERS} callers of a function with a reserved concurrency of ${RESERVED}`, () => {
  it.each([
    ['far below', 1],
    ['far above', 150],
  ])(
    'use it to the full without being throttled, after the limit began %s',
    async (_, initial) => {
      const { throttledShare, usedShare } = await crowd(initial)
      expect(throttledShare).toBeLessThan(0.02)
      expect(usedShare).toBeGreaterThanOrEqual(0.95)
    },
    60_000,
  )
})
