import { describe, expect, it } from 'vitest'
import type { Observer } from 'resilient-lambda'
import { fakeClock, type LambdaContext } from 'resilient-lambda/testing'
import { failureOf } from '../invoker/support.js'
import { start } from './support.js'

const functions = { quote: (_: unknown, context: LambdaContext) => context.clientContext ?? null }
const DATE = Date.UTC(2026, 0, 1)

function carrying(entries: Readonly<Record<string, string>>): Observer {
  return {
    around(scope, run) {
      Object.assign(scope.carrier, entries)
      return run()
    },
  }
}

describe('what is forwarded', () => {
  it('is the time that remains, until when, and which attempt it is, all as texts', async () => {
    const clock = fakeClock({ date: DATE })
    const { lambda } = await start({ functions, invoker: { clock } })
    const quote = lambda('quote').deadline('2s').forward()
    expect(await quote.invoke()).toEqual({
      custom: {
        'resilient-lambda-remaining-ms': '2000',
        'resilient-lambda-deadline': String(DATE + 2_000),
        'resilient-lambda-attempt': '1',
      },
    })
  })

  it('is counted anew for each attempt', async () => {
    const clock = fakeClock({ date: DATE })
    clock.random = () => 1
    const { local, lambda } = await start({ functions, invoker: { clock } })
    local.faults('quote').next({ type: 'error', name: 'EC2UnexpectedException' })
    const calling = lambda('quote')
      .deadline('2s')
      .retry({ baseDelay: '300ms', backoff: () => 300 })
      .forward()
      .invoke()
    await local.until(() => local.requests[0]?.status !== undefined)
    while (clock.pending < 2) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance('300ms')
    expect(await calling).toEqual({
      custom: {
        'resilient-lambda-remaining-ms': '1700',
        'resilient-lambda-deadline': String(DATE + 2_000),
        'resilient-lambda-attempt': '2',
      },
    })
  })

  it('ends with the attempt where that has a limit of its own', async () => {
    const { lambda } = await start({ functions, invoker: { clock: fakeClock({ date: DATE }) } })
    const quote = lambda('quote').deadline('2s').timeout('500ms').forward()
    expect(await quote.invoke()).toMatchObject({
      custom: { 'resilient-lambda-remaining-ms': '500', 'resilient-lambda-deadline': String(DATE + 500) },
    })
  })

  it('is the attempt alone where nobody set a deadline', async () => {
    const { lambda } = await start({ functions })
    expect(await lambda('quote').deadline(false).forward().invoke()).toEqual({
      custom: { 'resilient-lambda-attempt': '1' },
    })
  })

  it("stands beside the user's entries and the trace, and is not what a caller before sent", async () => {
    const { lambda } = await start({ functions, invoker: { observers: [carrying({ traceparent: 't' })] } })
    const context = {
      client: { id: 7 },
      custom: { tier: 'gold', traceparent: 'mine', 'resilient-lambda-attempt': '7' },
    }
    const quote = lambda('quote').deadline(false).forward()
    expect(await quote.clientContext(context).invoke()).toEqual({
      client: { id: 7 },
      custom: { tier: 'gold', traceparent: 'mine', 'resilient-lambda-attempt': '1' },
    })
    expect(await quote.clientContext({ custom: 'text' }).invoke()).toEqual({ custom: 'text' })
  })

  it.each([
    ['nothing where there is room for all', 100, ['a', 'resilient-lambda-attempt', 'traceparent']],
    ['the trace first', 2_600, ['a', 'resilient-lambda-attempt']],
    ['itself too where there is no room', 2_660, ['a']],
  ])('gives up %s', async (_, size, names) => {
    const observers = [carrying({ traceparent: 't'.repeat(55) })]
    const { lambda } = await start({ functions, invoker: { observers } })
    const chain = lambda('quote')
      .deadline(false)
      .forward()
      .clientContext({ custom: { a: 'x'.repeat(size) } })
    const { custom } = (await chain.invoke()) as { custom: object }
    expect(Object.keys(custom).toSorted()).toEqual(names)
  })

  it('does not make room by dropping a key', async () => {
    const { lambda } = await start({ functions })
    const chain = lambda('quote').idempotencyKey('k-1', { as: 'clientContext' }).deadline(false).forward()
    expect(await chain.clientContext({ custom: { a: 'x'.repeat(2_640) } }).invoke()).toEqual({
      custom: { a: 'x'.repeat(2_640), idempotencyKey: 'k-1' },
    })
    expect(await failureOf(chain.clientContext({ custom: { a: 'x'.repeat(2_670) } }).invoke())).toMatchObject(
      {
        code: 'ClientContextTooLarge',
        mayHaveRun: false,
      },
    )
  })
})
