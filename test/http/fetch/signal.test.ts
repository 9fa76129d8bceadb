import { getEventListeners } from 'node:events'
import { createInvoker, type CallEvent } from 'resilient-lambda'
import { lambdaFetch } from 'resilient-lambda/http'
import { startLocalLambda, fakeClock } from 'resilient-lambda/testing'
import { describe, expect, it, test } from 'vitest'
import { latch } from '../../testing/local/support.js'
import { expectNothingLeft, resources, turnsUntil } from '../../wire/leftovers.js'
import { collectGarbage } from './garbage.js'
import { BASE_URL, format, localFetch, rejectionOf, reply, scriptedFetch } from './support.js'

const WHY = new Error('the user left')

const WAYS: readonly [string, (init: RequestInit) => Parameters<typeof fetch>][] = [
  ['of the init', (init) => ['/a', init]],
  ['of the Request', (init) => [new Request(`${BASE_URL}/a`, init)]],
]

describe('an abort before anything is sent', () => {
  test.each(WAYS)('rejects with its reason: the signal %s', async (_, asking) => {
    const { fetch, items } = scriptedFetch()
    expect(await rejectionOf(fetch(...asking({ signal: AbortSignal.abort(WHY) })))).toBe(WHY)
    expect(items.requests).toEqual([])
  })

  it('rejects with an AbortError where no reason was given', async () => {
    const { fetch } = scriptedFetch()
    const error = await rejectionOf(fetch('/a', { signal: AbortSignal.abort() }))
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'AbortError' })
  })

  it('cancels the body', async () => {
    const { fetch, items } = scriptedFetch()
    const { opened: cancelled, open } = latch()
    let reason: unknown
    const body = new ReadableStream({
      cancel(why) {
        reason = why
        open()
      },
    })
    const call = fetch('/a', { method: 'POST', body, duplex: 'half', signal: AbortSignal.abort(WHY) })
    expect(await rejectionOf(call)).toBe(WHY)
    await cancelled
    expect(reason).toBe(WHY)
    expect(items.requests).toEqual([])
  })

  test.each(WAYS)('cancels the body while it is being read: the signal %s', async (_, asking) => {
    const { fetch, items } = scriptedFetch()
    const [read, cancelled] = [latch(), latch()]
    let reason: unknown
    const body = new ReadableStream({
      // It never ends, nor does it say that it has heard.
      pull() {
        read.open()
        return new Promise(() => {})
      },
      cancel(why) {
        reason = why
        cancelled.open()
        return new Promise(() => {})
      },
    })
    const controller = new AbortController()
    const { signal } = controller
    const call = rejectionOf(fetch(...asking({ method: 'POST', body, duplex: 'half', signal })))
    await read.opened
    controller.abort(WHY)
    expect(await call).toBe(WHY)
    await cancelled.opened
    expect(reason).toBe(WHY)
    expect(items.requests).toEqual([])
  })

  it('goes before what it did to the body', async () => {
    const { fetch } = scriptedFetch()
    const controller = new AbortController()
    const { opened: read, open } = latch()
    const body = new ReadableStream({
      start: (stream) =>
        controller.signal.addEventListener('abort', () => stream.error(new Error('cut off'))),
      pull: () => {
        open()
        return new Promise(() => {})
      },
    })
    const call = rejectionOf(fetch('/a', { method: 'POST', body, duplex: 'half', signal: controller.signal }))
    await read
    controller.abort(WHY)
    expect(await call).toBe(WHY)
  })
})

describe('an abort after it', () => {
  it('ends the call while the function runs, and leaves nothing behind', async () => {
    const controller = new AbortController()
    const before = resources()
    {
      await using local = await startLocalLambda({ functions: { items: () => reply(200) } })
      local.faults('items').next({ type: 'latency', after: '1h' })
      const lambda = createInvoker({ ...local.clientSettings, clock: fakeClock() })
      const fetch = lambdaFetch(lambda('items'), format, { baseUrl: BASE_URL })
      const call = rejectionOf(fetch('/a', { signal: controller.signal }))
      await local.until(({ executions }) => executions[0]?.outcome === 'success')
      controller.abort(WHY)
      expect(await call).toBe(WHY)
      await local.until(({ openSockets }) => openSockets === 0)
      expect(local.requestsOf('items')).toHaveLength(1)
      lambda.destroy()
    }
    await expectNothingLeft(before, controller.signal)
  })

  it('is heard where nobody but the call holds the Request any more', async () => {
    const { fetch, local } = await localFetch(() => reply(200))
    local.faults('items').next({ type: 'stallHead' })
    const controller = new AbortController()
    // In a function of its own, since a frame that waits holds all that it has seen.
    const ask = (): Promise<unknown> =>
      rejectionOf(fetch(new Request(`${BASE_URL}/a`, { signal: controller.signal })))
    const call = ask()
    await local.until(({ requests }) => requests[0]?.whole === true)
    await collectGarbage()
    controller.abort(WHY)
    expect(await call).toBe(WHY)
    await local.until(({ openSockets }) => openSockets === 0)
  })

  it('ends the wait for another attempt', async () => {
    const { fetch, items, clock, events } = scriptedFetch()
    items.replies(reply(503))
    const controller = new AbortController()
    const call = rejectionOf(fetch('/a', { signal: controller.signal }))
    const waits = (): boolean => events.some(({ type }) => type === 'retry.scheduled')
    expect(await turnsUntil(waits, 1_000)).toBe(true)
    controller.abort(WHY)
    expect(await call).toBe(WHY)
    expect(clock.pending).toBe(0)
    expect(items.requests).toHaveLength(1)
  })

  it('ends the wait in a queue', async () => {
    const events: CallEvent[] = []
    const { fetch, local } = await localFetch(() => reply(200), {
      invoker: { bulkhead: { concurrency: 1 }, observers: [(event) => void events.push(event)] },
    })
    local.faults('items').next({ type: 'stallHead' })
    const [first, second] = [new AbortController(), new AbortController()]
    const ahead = rejectionOf(fetch('/a', { signal: first.signal }))
    await local.until(({ requests }) => requests[0]?.whole === true)
    const queued = rejectionOf(fetch('/b', { signal: second.signal }))
    expect(await turnsUntil(() => events.some(({ type }) => type === 'bulkhead.queued'), 1_000)).toBe(true)
    second.abort(WHY)
    expect(await queued).toBe(WHY)
    first.abort(WHY)
    expect(await ahead).toBe(WHY)
    expect(local.requestsOf('items')).toHaveLength(1)
  })

  it('ends a chain of redirects', async () => {
    const controller = new AbortController()
    const { fetch, items } = scriptedFetch()
    items.replies(reply(302, '', { Location: '/b' })).replies(() => {
      controller.abort(WHY)
      return reply(302, '', { Location: '/c' })
    })
    expect(await rejectionOf(fetch('/a', { signal: controller.signal }))).toBe(WHY)
    expect(items.requests).toHaveLength(2)
  })

  it('leaves a Response as it is, which has come whole', async () => {
    const controller = new AbortController()
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200, 'whole'))
    const response = await fetch('/a', { signal: controller.signal })
    controller.abort(WHY)
    expect(await response.text()).toBe('whole')
  })
})

describe('which signal counts', () => {
  const request = (signal: AbortSignal): Request => new Request(`${BASE_URL}/a`, { signal })

  it("is the init's before the Request's", async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200))
    const { signal } = new AbortController()
    expect(await fetch(request(AbortSignal.abort(WHY)), { signal })).toMatchObject({ status: 200 })
    expect(await rejectionOf(fetch(request(signal), { signal: AbortSignal.abort(WHY) }))).toBe(WHY)
  })

  it('is none where the init says so', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200))
    expect(await fetch(request(AbortSignal.abort(WHY)), { signal: null })).toMatchObject({ status: 200 })
  })

  test.each([
    ['a signal', new AbortController().signal],
    ['none', undefined],
    ['null', null],
  ])('may stand in an init that is frozen: %s', async (_, signal) => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200))
    expect(await fetch('/a', Object.freeze({ signal }) as RequestInit)).toMatchObject({ status: 200 })
  })

  it("is the caller's alone: an abort of somebody else's rejects with the InvokeError", async () => {
    const { fetch, items } = scriptedFetch()
    items.fails('Aborted')
    const { signal } = new AbortController()
    expect(await rejectionOf(fetch('/a', { signal }))).toMatchObject({ name: 'InvokeError', code: 'Aborted' })
    expect(await rejectionOf(fetch('/a'))).toMatchObject({ name: 'InvokeError', code: 'Aborted' })
  })

  it('is none of another kind: a deadline rejects with the InvokeError', async () => {
    const { fetch, items, clock } = scriptedFetch({}, (fn) => fn.deadline('1s'))
    items.hangs()
    const { signal } = new AbortController()
    const error = await clock.runUntil(rejectionOf(fetch('/a', { signal })))
    expect(error).toMatchObject({ code: 'DeadlineExceeded' })
  })

  it('hears of nobody after the call, however long it lives', async () => {
    const { fetch, items } = scriptedFetch()
    items.replies(reply(200))
    const { signal } = new AbortController()
    const calls = Array.from({ length: 20 }, () => fetch('/a', { method: 'POST', body: 'abc', signal }))
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
    await Promise.all(calls)
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
