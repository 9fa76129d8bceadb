import type { ALBEvent } from 'aws-lambda'
import type { CallEvent, Fn } from 'resilient-lambda'
import { describe, expect, it, test } from 'vitest'
import { localFetch, rejectionOf, reply, scriptedFetch, seenIn } from './support.js'

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
    ['a POST that is declared so', { method: 'POST' }, { idempotent: true }, 2],
    [
      'a POST to a function that is declared so',
      { method: 'POST' },
      { shape: (fn: Fn<unknown, unknown>) => quickly(fn).idempotent() },
      2,
    ],
    ['a GET that is declared otherwise', { method: 'GET' }, { idempotent: false }, 1],
    [
      'a POST that a callback allows',
      { method: 'POST' },
      { idempotent: ({ request }: { request: { path: string } }) => request.path === '/items/7' },
      2,
    ],
    [
      'a GET that a callback forbids',
      { method: 'GET' },
      { idempotent: ({ byDefault }: { byDefault: boolean }) => !byDefault },
      1,
    ],
  ])('is repeated as it was told: %s', async (_, init, options, executions) => {
    const { events } = await afterCutReply(init, options)
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

const failuresOf = (events: readonly CallEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'attempt.ended' ? [event.failure?.code ?? 'answered'] : []))

describe('a 503 of the function', () => {
  it('to a GET is repeated, and is the answer in the end', async () => {
    const { fetch, items, clock, events } = scriptedFetch()
    items.replies(reply(503, 'busy', { 'X-Reason': 'load' }))
    const response = await clock.runUntil(fetch('/items/7'))
    expect(response).toMatchObject({ status: 503, ok: false })
    expect(response.headers.get('x-reason')).toBe('load')
    expect(await response.text()).toBe('busy')
    expect(items.requests).toHaveLength(3)
    expect(failuresOf(events)).toEqual(Array.from({ length: 3 }, () => 'HttpServiceUnavailable'))
  })

  it('gives way to the answer of a later attempt', async () => {
    const { fetch, items, clock, events } = scriptedFetch()
    items.replies(reply(502)).replies(reply(504)).replies(reply(200, 'done'))
    const response = await clock.runUntil(fetch('/items/7'))
    expect(await response.text()).toBe('done')
    expect(failuresOf(events)).toEqual(['HttpBadGateway', 'HttpGatewayTimeout', 'answered'])
  })

  test.each([
    ['in seconds', '7', 7_000],
    ['as a date', 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ])('is repeated when it asks for it: %s', async (_, after, ms) => {
    const { fetch, items, clock } = scriptedFetch()
    items.replies(reply(503, 'busy', { 'Retry-After': after })).replies(reply(200))
    expect(await clock.runUntil(fetch('/items/7'))).toMatchObject({ status: 200 })
    expect(clock.now()).toBe(ms)
  })

  it('to a POST is the answer at once, after one execution', async () => {
    const { fetch, items, events } = scriptedFetch()
    items.replies(reply(503, 'busy', { 'Retry-After': '7' }))
    const response = await fetch('/items', { method: 'POST', body: 'abc' })
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('busy')
    expect(items.requests).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ type: 'retry.refused', reason: 'may-have-run' }))
  })
})

describe('the statuses that are failures', () => {
  test.each([
    ['500 is none', 500, {}, 1],
    ['500 is one where it was said so', 500, { retryStatuses: [500] }, 3],
    ['429 is one', 429, {}, 3],
    ['503 is none where others were said', 503, { retryStatuses: [500] }, 1],
    ['503 is none where none were said', 503, { retryStatuses: [] }, 1],
  ])('are repeated: %s', async (_, status, options, requests) => {
    const { fetch, items, clock } = scriptedFetch(options)
    items.replies(reply(status))
    expect(await clock.runUntil(fetch('/items/7'))).toMatchObject({ status })
    expect(items.requests).toHaveLength(requests)
  })

  test.each([
    ['503 counts', 503, {}, 'CircuitOpen'],
    ['429 does not', 429, {}, 429],
    ['500 does not', 500, {}, 500],
    ['500 does where it was said so', 500, { breakerStatuses: [500] }, 'CircuitOpen'],
    ['503 does not where others were said', 503, { breakerStatuses: [500] }, 503],
    ['503 counts where it is not repeated', 503, { retryStatuses: [] }, 'CircuitOpen'],
  ])('open the circuit: %s', async (_, status, options, third) => {
    const { fetch, items } = scriptedFetch(options, (fn) => fn.circuitBreaker({ consecutiveFailures: 2 }))
    items.replies(reply(status))
    for (const number of [1, 2]) expect((await fetch(`/${number}`, { method: 'POST' })).status).toBe(status)
    const last = await fetch('/3', { method: 'POST' }).catch((error: unknown) => error)
    expect(last).toMatchObject(
      typeof third === 'string' ? { code: third, mayHaveRun: false } : { status: third },
    )
    expect(items.requests).toHaveLength(typeof third === 'string' ? 2 : 3)
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

it('what the function does not answer is an InvokeError', async () => {
  const { fetch } = await localFetch(() => {
    throw new RangeError('out of items')
  })
  const error = await rejectionOf(fetch('/items/7'))
  expect(error).toMatchObject({ name: 'InvokeError', kind: 'function', remote: { errorType: 'RangeError' } })
})
