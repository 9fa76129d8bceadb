import { InvokeCommand } from '@aws-sdk/client-lambda'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { start } from './support.js'

type Next = (args: object) => Promise<unknown>
type Middleware = (next: Next, context: Record<string, unknown>) => Next
type Concat = (from: object) => { resolve: (handler: object, context: object) => unknown }

function add(
  { middlewareStack }: { readonly middlewareStack: object },
  middleware: Middleware,
  place: object,
): void {
  const { add: put } = middlewareStack as { readonly add: (...given: unknown[]) => void }
  put(middleware, place)
}

/** A middleware that writes its name down whenever a request passes. */
function noting(seen: string[], name: string): Middleware {
  return (next) => (args) => {
    seen.push(name)
    return next(args)
  }
}

describe('the middleware of a client that is handed in', () => {
  it('is put in order once', async () => {
    const { client, lambda } = await start()
    const concat = vi.spyOn(client.middlewareStack, 'concat')
    for (const number of [1, 2, 3]) expect(await lambda('quote').invoke(number)).toBe(number)
    expect(concat).toHaveBeenCalledOnce()
  })

  it('may change between requests', async () => {
    const { client, lambda } = await start()
    const seen: string[] = []
    const invoke = async (): Promise<string[]> => {
      seen.length = 0
      await lambda('quote').invoke()
      return [...seen]
    }
    expect(await invoke()).toEqual([])
    const first = noting(seen, 'first')
    const second = noting(seen, 'second')
    add(client, first, { step: 'build', name: 'one' })
    add(client, second, { step: 'finalizeRequest' })
    expect(await invoke()).toEqual(['first', 'second'])
    client.middlewareStack.remove('one')
    expect(await invoke()).toEqual(['second'])
    add(client, first, { step: 'deserialize', name: 'one' })
    expect(await invoke()).toEqual(['second', 'first'])
    client.middlewareStack.remove('one')
    add(client, first, { step: 'finalizeRequest', name: 'one', priority: 'high' })
    expect(await invoke()).toEqual(['first', 'second'])
    add(client, noting(seen, 'third'), {
      step: 'finalizeRequest',
      name: 'one',
      priority: 'high',
      override: true,
    })
    expect(await invoke()).toEqual(['third', 'second'])
  })

  it('has a context and variables of its own for each request', async () => {
    const { client, lambda } = await start()
    const contexts = new Set<object>()
    add(
      client,
      (next, context) => {
        let passed = 0
        expect(context).not.toHaveProperty('mark')
        contexts.add(Object.assign(context, { mark: true }))
        return (args) => {
          expect((passed += 1)).toBe(1)
          return next(args)
        }
      },
      { step: 'build' },
    )
    const calls = [1, 2, 3].map((number) => lambda('quote').invoke(number))
    expect(await Promise.all(calls)).toEqual([1, 2, 3])
    expect(contexts.size).toBe(3)
  })

  it("sees a command of the SDK's own class", async () => {
    const { client, lambda } = await start()
    const send = vi.spyOn(client, 'send')
    await lambda('quote').invoke()
    expect(send.mock.lastCall?.[0].constructor).toBe(InvokeCommand)
  })

  it('may be watched where it is resolved, as tracers do', async () => {
    const { client, lambda } = await start()
    const { middlewareStack } = client
    const concat = middlewareStack.concat.bind(middlewareStack) as unknown as Concat
    const resolved: object[] = []
    const watched: Concat = (from) => {
      const stack = concat(from)
      const resolve = stack.resolve.bind(stack)
      return Object.assign(stack, {
        resolve(handler: object, context: object) {
          resolved.push(context)
          return resolve(handler, context)
        },
      })
    }
    Object.assign(middlewareStack, { concat: watched })
    for (const number of [1, 2, 3]) expect(await lambda('quote').invoke(number)).toBe(number)
    expect(resolved).toHaveLength(3)
    expect(new Set(resolved).size).toBe(3)
  })

  it('is put in order anew where a request has middleware of its own, as of who wraps `send`', async () => {
    const { client, lambda } = await start()
    const seen: string[] = []
    const send = client.send.bind(client) as (command: InvokeCommand, ...rest: unknown[]) => unknown
    const wrapped = (command: InvokeCommand, ...rest: unknown[]): unknown => {
      const { number } = JSON.parse(Buffer.from(command.input.Payload as Uint8Array).toString()) as {
        readonly number?: number
      }
      if (number !== undefined) add(command, noting(seen, `request ${number}`), { step: 'build' })
      return send(command, ...rest)
    }
    Object.assign(client, { send: wrapped })
    for (const payload of [{ number: 1 }, {}, { number: 2 }, {}])
      expect(await lambda('quote').invoke(payload)).toEqual(payload)
    expect(seen).toEqual(['request 1', 'request 2'])
  })

  it('is printed one by one for who asks the client to', async () => {
    const { client, lambda } = await start()
    await lambda('quote').invoke()
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    client.middlewareStack.identifyOnResolve(true)
    await lambda('quote').invoke()
    const [printed] = log.mock.lastCall ?? []
    expect(printed).toContain('serializerMiddleware - serialize')
    expect(printed).toContain('resilientLambdaReach - deserialize')
  })
})
