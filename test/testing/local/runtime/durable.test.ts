import { describe, expect, it } from 'vitest'
import { latch, start } from '../support.js'

const NAME = { FunctionName: 'order:1', DurableExecutionName: 'A-17' }

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
