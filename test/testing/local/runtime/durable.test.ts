import { describe, expect, it } from 'vitest'
import { latch, start } from '../support.js'

const NAME = { FunctionName: 'order:1', DurableExecutionName: 'A-17' }

const EVENT = { InvocationType: 'Event' } as const

function order(handler: () => unknown = () => 'ordered') {
  return { order: { handler, versions: { 1: handler }, durable: true } }
}

const payload = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

describe('a durable function', () => {
  it('gives the same name and payload the execution that there is', async () => {
    let number = 0
    const { local, invoke } = await start({ functions: order(() => ++number) })
    const first = await invoke({ ...NAME, Payload: payload({ a: 1 }) })
    const second = await invoke({ ...NAME, Payload: payload({ a: 1 }) })
    expect([first.payload, second.payload]).toEqual([1, 1])
    expect(first.durableExecutionArn).toMatch(/:function:order:1\/durable-execution\/A-17\//)
    expect(second.durableExecutionArn).toBe(first.durableExecutionArn)
    expect(second.requestId).not.toBe(first.requestId)
    expect(local.executions).toHaveLength(1)
  })

  it('begins anew after a reset, as each test does', async () => {
    const { local, invoke } = await start({ functions: order() })
    await invoke(NAME)
    local.reset()
    await invoke(NAME)
    expect(local.executions).toHaveLength(1)
  })

  it('lets a second request wait for the execution that is running', async () => {
    const { opened, open } = latch()
    const { local, invoke } = await start({
      functions: { order: { ...order(() => opened.then(() => 'ordered')).order, reservedConcurrency: 1 } },
    })
    const both = [invoke(NAME), invoke(NAME)]
    await local.until(() => local.requests.filter(({ whole }) => whole).length === 2)
    open()
    expect((await Promise.all(both)).map(({ payload }) => payload)).toEqual(['ordered', 'ordered'])
    expect(local.executions).toHaveLength(1)
  })

  it('gives a closed execution back as it ended, also where it failed', async () => {
    const { local, invoke } = await start({
      functions: order(() => {
        throw new RangeError('no')
      }),
    })
    const [first, second] = [await invoke(NAME), await invoke(NAME)]
    expect(first).toMatchObject({ functionError: 'Unhandled', payload: { errorType: 'RangeError' } })
    expect({ ...second, requestId: '' }).toEqual({ ...first, requestId: '' })
    expect(local.executions).toHaveLength(1)
  })

  it('refuses the name with another payload', async () => {
    const { local, invoke } = await start({ functions: order() })
    await invoke({ ...NAME, Payload: payload({ a: 1 }) })
    await expect(invoke({ ...NAME, Payload: payload({ a: 2 }) })).rejects.toMatchObject({
      name: 'DurableExecutionAlreadyStartedException',
      $metadata: { httpStatusCode: 409 },
    })
    expect(local.executions).toHaveLength(1)
  })

  it('runs anew for another name, and for none', async () => {
    const { local, invoke } = await start({ functions: order() })
    const arns = []
    for (const name of ['A-17', 'A-18', undefined, undefined]) {
      const { durableExecutionArn } = await invoke({ ...NAME, DurableExecutionName: name })
      arns.push(durableExecutionArn)
    }
    expect(new Set(arns).size).toBe(4)
    expect(local.executions).toHaveLength(4)
  })

  it('wants a version or an alias', async () => {
    const { local, invoke } = await start({ functions: order() })
    await expect(invoke({ ...NAME, FunctionName: 'order' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'You cannot invoke a durable function using an unqualified ARN.',
    })
    expect((await invoke({ ...NAME, FunctionName: 'order:$LATEST' })).payload).toBe('ordered')
    expect(local.executions).toHaveLength(1)
  })

  it('runs an event of the same name and payload once, however it is invoked', async () => {
    let number = 0
    const { local, invoke } = await start({ functions: order(() => ++number) })
    const events = [await invoke({ ...NAME, ...EVENT }), await invoke({ ...NAME, ...EVENT })]
    await local.settled()
    const answer = await invoke(NAME)
    expect(events.map(({ status }) => status)).toEqual([202, 202])
    expect(answer.payload).toBe(1)
    const arns = [...events, answer].map(({ durableExecutionArn }) => durableExecutionArn)
    expect(new Set(arns)).toEqual(new Set([expect.stringContaining('/durable-execution/A-17/')]))
    expect(local.executions).toHaveLength(1)
  })

  it('brings an event back while it waits for its turn', async () => {
    const { opened, open } = latch()
    const functions = { order: { ...order(() => opened.then(() => 1)).order, reservedConcurrency: 1 } }
    const { local, invoke } = await start({ functions })
    const first = invoke({ ...NAME, DurableExecutionName: 'other' })
    await local.until(() => local.executions.length === 1)
    await invoke({ ...NAME, ...EVENT })
    const answer = invoke(NAME)
    await local.until(() => local.requests.filter(({ whole }) => whole).length === 3)
    open()
    await first
    expect((await answer).payload).toBe(1)
    expect(local.executions).toHaveLength(2)
  })

  it('refuses an event as it refuses a request that waits', async () => {
    const { local, invoke } = await start({ functions: order() })
    await invoke({ ...NAME, ...EVENT, Payload: payload({ a: 1 }) })
    await expect(invoke({ ...NAME, ...EVENT, Payload: payload({ a: 2 }) })).rejects.toMatchObject({
      name: 'DurableExecutionAlreadyStartedException',
    })
    await expect(invoke({ ...NAME, ...EVENT, FunctionName: 'order' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    })
    await local.settled()
    expect(local.executions).toHaveLength(1)
  })

  it('keeps an event that never gets its turn, and no name of it', async () => {
    const functions = { order: { ...order().order, reservedConcurrency: 0 } }
    const { local, invoke } = await start({ functions })
    expect((await invoke({ ...NAME, ...EVENT })).status).toBe(202)
    await expect(invoke(NAME)).rejects.toMatchObject({ name: 'TooManyRequestsException' })
    expect(local.executions).toEqual([])
  })

  it('does not keep a name of which nothing was begun', async () => {
    const { opened, open } = latch()
    const functions = { order: { ...order(() => opened).order, reservedConcurrency: 1 } }
    const { local, invoke } = await start({ functions })
    const first = invoke({ ...NAME, DurableExecutionName: 'other' })
    await local.until(() => local.executions.length === 1)
    await expect(invoke(NAME)).rejects.toMatchObject({ name: 'TooManyRequestsException' })
    open()
    await first
    expect((await invoke(NAME)).payload).toBeNull()
    expect(local.executions).toHaveLength(2)
  })
})

it('ignores the name where the function is not durable', async () => {
  const { local, invoke } = await start({ functions: { order: { ...order().order, durable: false } } })
  expect((await invoke(NAME)).durableExecutionArn).toBeUndefined()
  await invoke(NAME)
  expect(local.executions).toHaveLength(2)
})
