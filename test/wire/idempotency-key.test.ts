import { createInvoker, type IdempotencyKeyOptions } from 'resilient-lambda'
import { idempotencyKeyOf } from 'resilient-lambda/callee'
import { startLocalLambda, type Fault, type LambdaContext, type LocalLambda } from 'resilient-lambda/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

interface Order {
  readonly cents: number
  readonly meta?: { readonly key?: string }
}

/** A function that charges once for each key, as one with a table of keys does. */
function charging() {
  const receipts = new Map<string, string>()
  const charged: number[] = []
  const keys: (string | undefined)[] = []
  async function handler({ cents, meta }: Order, context: LambdaContext): Promise<string> {
    const key = meta?.key ?? idempotencyKeyOf(context)
    keys.push(key)
    const known = key === undefined ? undefined : receipts.get(key)
    if (known !== undefined) return known
    const receipt = `receipt ${charged.push(cents)}`
    if (key !== undefined) receipts.set(key, receipt)
    return receipt
  }
  return { handler, charged, keys }
}

async function start(functions: Parameters<typeof startLocalLambda>[0]['functions']) {
  const local = await startLocalLambda({ functions })
  const lambda = createInvoker(local.clientSettings)
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { local, lambda }
}

/** What leaves the function run and the caller without an answer. */
const FAULTS: readonly (readonly [string, Fault])[] = [
  ['reply cut half-way by a reset', { type: 'cutReply' }],
  ['reply cut half-way by a FIN', { type: 'cutReply', mode: 'fin' }],
  ['reset after the request', { type: 'resetAfterReading', executed: true }],
  ['503 page of a proxy', { type: 'html', status: 503, executed: true }],
]
const PLACES: readonly IdempotencyKeyOptions[] = [
  { as: 'clientContext' },
  { as: { payload: 'meta.key' } },
  { as: 'durableExecutionName' },
]
const CASES = PLACES.flatMap((options) => FAULTS.map(([what, fault]) => [options, what, fault] as const))

describe('a call with a key', () => {
  it.each(CASES)('as %j has its effect once: %s', async ({ as }, _, fault) => {
    const { handler, charged, keys } = charging()
    const durable = as === 'durableExecutionName'
    const { local, lambda } = await start({ charge: { handler, aliases: { live: '$LATEST' }, durable } })
    local.faults('charge').next(fault, fault)
    const charge = lambda('charge:live')
      .retry({ baseDelay: '1ms' })
      .idempotencyKey(() => 'A-17', { as })
    const { ok, meta } = await charge.safeInvoke({ cents: 500 })
    expect(ok).toBe(true)
    expect(meta.attempts.map(({ ran }) => ran === 'no')).toEqual([false, false, false])
    expect(local.requestsOf('charge')).toHaveLength(3)
    expect(charged).toEqual([500])
    // A durable execution is found again by Lambda, any other function has to find its effect by itself.
    expect(local.executionsOf('charge')).toHaveLength(durable ? 1 : 3)
    expect(new Set(keys)).toEqual(new Set([durable ? undefined : 'A-17']))
    expect(keysSent(local, as)).toEqual(['A-17', 'A-17', 'A-17'])
  })

  it('waits for the durable execution that an abandoned attempt has begun', async () => {
    const { handler, charged } = charging()
    const { local, lambda } = await start({
      charge: { handler, aliases: { live: '$LATEST' }, durable: true },
    })
    local.faults('charge').next({ type: 'stallHead', executed: true })
    const charge = lambda('charge:live')
      .timeout('500ms')
      .retry({ baseDelay: '1ms' })
      .idempotencyKey('A-17', { as: 'durableExecutionName' })
    const { ok, meta } = await charge.safeInvoke({ cents: 500 })
    expect(ok).toBe(true)
    expect(meta.attempts.map(({ code }) => code)).toEqual(['AttemptTimedOut', undefined])
    expect(meta.durableExecutionArn).toMatch(/\/durable-execution\/A-17\//)
    expect(charged).toEqual([500])
    expect(local.executions).toHaveLength(1)
  })

  it('and another without: only the first is repeated', async () => {
    const { handler, charged } = charging()
    const { local, lambda } = await start({ charge: handler })
    local.faults('charge').always({ type: 'cutReply' })
    const charge = lambda('charge').retry({ attempts: 2, baseDelay: '1ms' })
    expect(await charge.safeInvoke({ cents: 1 })).toMatchObject({ ok: false, error: { mayHaveRun: true } })
    expect(local.executions).toHaveLength(1)
    await charge.idempotencyKey('A-17', { as: 'clientContext' }).safeInvoke({ cents: 2 })
    expect(local.executions).toHaveLength(3)
    expect(charged).toEqual([1, 2])
  })
})

/** The key of each request, as the server saw it. */
function keysSent(local: LocalLambda, as: IdempotencyKeyOptions['as']): unknown[] {
  if (as === 'durableExecutionName')
    return local.requests.map(({ durableExecutionName }) => durableExecutionName)
  if (typeof as === 'object') return local.executions.map(({ event }) => (event as Order).meta?.key)
  return local.requests.map(({ headers }) => {
    const context = JSON.parse(Buffer.from(String(headers['x-amz-client-context']), 'base64').toString()) as {
      custom: Record<string, unknown>
    }
    return context.custom['idempotencyKey']
  })
}
