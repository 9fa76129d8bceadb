import type { ALBEvent } from 'aws-lambda'
import type { Fn } from 'resilient-lambda'
import { describe, expect, it, test } from 'vitest'
import { localFetch, reply, scriptedFetch, seenIn } from './support.js'

const quickly = (fn: Fn<unknown, unknown>): Fn<unknown, unknown> => fn.retry({ baseDelay: 1 })

/** What becomes of a request whose first reply was cut off on its way. */
async function afterCutReply(
  init: RequestInit,
  options: Parameters<typeof localFetch>[1] = {},
): Promise<{ readonly outcome: unknown; readonly events: readonly unknown[] }> {
  const { fetch, local } = await localFetch(() => reply(200, 'done'), { shape: quickly, ...options })
  local.faults('items').next({ type: 'cutReply' })
  const outcome = await fetch('/items/7', init).catch((error: unknown) => error)
  return { outcome, events: local.executionsOf('items').map(({ event }) => event) }
}

describe('a request whose reply was cut off', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('is repeated where it is a %s', async (method) => {
    const { outcome, events } = await afterCutReply({ method })
    expect(outcome).toMatchObject({ status: 200 })
    expect(events).toHaveLength(2)
  })

  test.each(['POST', 'PATCH'])('is not repeated where it is a %s, and may have run', async (method) => {
    const { outcome, events } = await afterCutReply({ method, body: 'abc' })
    expect(outcome).toMatchObject({ name: 'InvokeError', kind: 'transient', mayHaveRun: true })
    expect(events).toHaveLength(1)
  })

  it('is the same request again, body and key included', async () => {
    const body = ReadableStream.from([Buffer.from([0, 255]), Buffer.from('abc')])
    const headers = { 'Idempotency-Key': 'k-7' }
    const { outcome, events } = await afterCutReply({ method: 'POST', body, duplex: 'half', headers })
    expect(outcome).toMatchObject({ status: 200 })
    expect(events).toHaveLength(2)
    expect(events[1]).toEqual(events[0])
    expect(seenIn(events[1])).toMatchObject({
      body: Buffer.from([0, 255, 97, 98, 99]),
      headers: { 'idempotency-key': 'k-7' },
    })
  })

  test.each([
    ['a POST', { method: 'POST' }, true, 2],
    ['a GET', { method: 'GET' }, false, 1],
  ])('is repeated as the options say: %s', async (_, init, idempotent, executions) => {
    const { events } = await afterCutReply(init, { idempotent })
    expect(events).toHaveLength(executions)
  })
})

it('a request that has not run is repeated whatever its method', async () => {
  const { fetch, items, clock } = scriptedFetch()
  items.throttled().replies(reply(201))
  const init = { method: 'POST', body: 'abc' }
  expect(await clock.runUntil(fetch('/items', init))).toMatchObject({ status: 201 })
  expect(items.requests).toHaveLength(2)
})

describe('a 503 of the function', () => {
  const busy = (): ReturnType<typeof reply> => reply(503, 'busy', { 'X-Reason': 'load' })

  test.each([
    ['GET', 4],
    ['POST', 1],
  ])('to a %s is the Response in the end, after %i executions', async (method, executions) => {
    const { fetch, local } = await localFetch(busy, { shape: quickly })
    const response = await fetch('/items', { method })
    expect(response).toMatchObject({ status: 503, ok: false, url: 'https://items.internal/items' })
    expect(response.headers.get('x-reason')).toBe('load')
    expect(await response.text()).toBe('busy')
    expect(local.executionsOf('items')).toHaveLength(executions)
  })

  it('is an answer like any other where the options say so', async () => {
    const { fetch, local } = await localFetch(busy, { shape: quickly, retryStatuses: [] })
    expect(await fetch('/items')).toMatchObject({ status: 503 })
    expect(local.executionsOf('items')).toHaveLength(1)
  })

  test.each([
    ['opens the circuit', {}, { code: 'CircuitOpen' }, 2],
    ['does not where the options name others', { breakerStatuses: [500] }, { status: 503 }, 3],
  ])('%s', async (_, options, third, executions) => {
    const shape = (fn: Fn<unknown, unknown>): Fn<unknown, unknown> =>
      fn.circuitBreaker({ consecutiveFailures: 2 })
    const { fetch, local } = await localFetch(busy, { shape, ...options })
    const ask = (): Promise<unknown> => fetch('/items', { method: 'POST' }).catch((error: unknown) => error)
    for (const _ of [1, 2]) expect(await ask()).toMatchObject({ status: 503 })
    expect(await ask()).toMatchObject(third)
    expect(local.executionsOf('items')).toHaveLength(executions)
  })
})

it('each hop of a redirect may be repeated by its own method', async () => {
  const handler = (event: ALBEvent): ReturnType<typeof reply> =>
    event.path === '/items' ? reply(303, '', { Location: '/items/7' }) : reply(200, 'done')
  const { fetch, local } = await localFetch(handler, { shape: quickly })
  local.faults('items').next({ type: 'none' }, { type: 'cutReply' })
  const response = await fetch('/items', { method: 'POST', body: 'abc' })
  expect(response).toMatchObject({ status: 200, redirected: true })
  const paths = local.executionsOf('items').map(({ event }) => seenIn(event).target)
  expect(paths).toEqual(['/items', '/items/7', '/items/7'])
})
