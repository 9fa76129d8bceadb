import { describe, expect, it, test } from 'vitest'
import { InvalidSettingError } from 'resilient-lambda'
import { z } from 'zod'
import { jsonCodec } from '../../src/transport/payload.js'
import { scripted } from '../invoker/support.js'
import { answered } from 'resilient-lambda/policies'
import { HttpFunction } from '../../src/http/http-function.js'
import { httpSettings } from '../../src/http/options.js'
import { plain, plainFunction, requestWith } from './support.js'

const text = (reply: { readonly body: Uint8Array }): string => Buffer.from(reply.body).toString()

describe('a function that is spoken to over HTTP', () => {
  it('gets the event, and answers with its reply', async () => {
    const { lambda, script } = scripted()
    script('items').replies({ status: 201, headers: { 'x-id': '7' }, body: 'made' })
    const result = await plainFunction(lambda('items')).send(requestWith())
    expect(script('items').requests.map(({ payload }) => payload)).toEqual([{ line: 'GET /items' }])
    expect(result).toMatchObject({ ok: true, reply: { status: 201, headers: [['x-id', '7']] } })
    expect(result.ok && text(result.reply)).toBe('made')
  })

  test.each([
    ['a reply without what it needs', { body: 'x' }, 'status must be given'],
    ['a bare text', 'hello', 'status must be given'],
  ])('%s is a failure that says what the service would have answered', async (_, reply, problem) => {
    const { lambda, script } = scripted()
    script('items').replies(reply)
    const result = await plainFunction(lambda('items')).send(requestWith())
    expect(result).toMatchObject({ ok: false, error: { code: 'HttpReplyInvalid', mayHaveRun: true } })
    expect(!result.ok && result.error.message).toContain(`${problem}; a plain service answers 502`)
    expect(script('items').requests).toHaveLength(1)
  })

  it('refuses a reply over the limit, with both sizes', async () => {
    const { lambda, script } = scripted()
    script('items').replies({ status: 200, body: 'x'.repeat(100) })
    const result = await plainFunction(lambda('items')).send(requestWith())
    expect(result).toMatchObject({ ok: false, error: { code: 'HttpReplyTooLarge', mayHaveRun: true } })
    expect(!result.ok && result.error.message).toContain('124 bytes; plain takes at most 100')
  })

  it('sends no request over the limit, and says both sizes', async () => {
    const { lambda, script } = scripted()
    const request = requestWith({ method: 'POST', body: new Uint8Array(1_234) })
    const result = await plainFunction(lambda('items')).send(request)
    expect(result).toMatchObject({ ok: false, error: { code: 'HttpRequestTooLarge', mayHaveRun: false } })
    expect(!result.ok && result.error.message).toContain('1,234 bytes; plain takes at most 100')
    expect(script('items').requests).toEqual([])
  })

  test.each([
    ['a codec', (fn: ReturnType<ReturnType<typeof scripted>['lambda']>) => fn.codec({ ...jsonCodec })],
    ['an input schema', (fn: ReturnType<ReturnType<typeof scripted>['lambda']>) => fn.input(z.string())],
    ['an output schema', (fn: ReturnType<ReturnType<typeof scripted>['lambda']>) => fn.output(z.string())],
  ])('cannot have %s of its own', (_, change) => {
    const { lambda } = scripted()
    expect(() => plainFunction(change(lambda('items')) as never)).toThrow(InvalidSettingError)
    expect(() => plainFunction(change(lambda('items')) as never)).toThrow(/fn must be without codec/)
  })

  it('is a function of an invoker, and nothing else', () => {
    expect(() => plainFunction('items' as never)).toThrow(/fn must be a function of an invoker/)
  })
})

describe('a status that is a failure', () => {
  it('is repeated, and its answer is what comes back in the end', async () => {
    const { lambda, script, clock } = scripted()
    script('items').replies({ status: 503, body: 'busy' })
    const sent = plainFunction(lambda('items')).send(requestWith())
    const result = await clock.runUntil(sent)
    expect(result).toMatchObject({ ok: true, reply: { status: 503 } })
    expect(result.ok && text(result.reply)).toBe('busy')
    expect(result.meta.attempts.map(({ code, ran }) => [code, ran])).toEqual(
      Array.from({ length: 4 }, () => ['HttpServiceUnavailable', 'yes']),
    )
  })

  it('gives way to a better answer', async () => {
    const { lambda, script, clock } = scripted()
    script('items').replies({ status: 502 }).replies({ status: 504 }).replies({ status: 200 })
    const result = await clock.runUntil(plainFunction(lambda('items')).send(requestWith()))
    expect(result).toMatchObject({ ok: true, reply: { status: 200 } })
    expect(result.meta.attempts.map(({ code }) => code)).toEqual([
      'HttpBadGateway',
      'HttpGatewayTimeout',
      undefined,
    ])
  })

  it('waits as long as the answer asks', async () => {
    const { lambda, script, clock } = scripted()
    script('items')
      .replies({ status: 429, headers: { 'Retry-After': '7' } })
      .replies({ status: 200 })
    const result = await clock.runUntil(plainFunction(lambda('items')).send(requestWith()))
    expect(result).toMatchObject({ ok: true, reply: { status: 200 } })
    expect(clock.now()).toBe(7_000)
  })

  it('is not repeated where a second run may do harm', async () => {
    const { lambda, script } = scripted()
    script('items').replies({ status: 503 })
    const result = await plainFunction(lambda('items')).send(requestWith({ method: 'POST' }))
    expect(result).toMatchObject({ ok: true, reply: { status: 503 } })
    expect(script('items').requests).toHaveLength(1)
  })

  test.each([
    ['503 counts against the circuit', 503, {}, 'open'],
    ['429 does not', 429, {}, 'closed'],
    ['404 does not', 404, {}, 'closed'],
    ['404 does where it was said so', 404, { breakerStatuses: [404] }, 'open'],
    ['503 does not where others were said', 503, { breakerStatuses: [500] }, 'closed'],
  ] as const)('%s', async (_, status, options, state) => {
    const { lambda, script } = scripted()
    script('items').replies({ status })
    const fn = lambda('items').circuitBreaker({ consecutiveFailures: 2 })
    const http = plainFunction(fn, options)
    for (const _ of [1, 2]) await http.send(requestWith({ method: 'POST' }))
    expect(fn.circuit?.state).toBe(state)
  })

  test.each([
    ['500 is an answer', 500, {}, 1],
    ['500 is repeated where it was said so', 500, { retryStatuses: [500] }, 4],
    ['503 is not repeated where none is', 503, { retryStatuses: [] }, 1],
  ] as const)('%s', async (_, status, options, requests) => {
    const { lambda, script, clock } = scripted()
    script('items').replies({ status })
    const result = await clock.runUntil(plainFunction(lambda('items'), options).send(requestWith()))
    expect(result).toMatchObject({ ok: true, reply: { status } })
    expect(script('items').requests).toHaveLength(requests)
  })

  it('that comes before an open circuit is what comes back', async () => {
    const { lambda, script, clock } = scripted()
    script('items').replies({ status: 503 })
    const fn = lambda('items').circuitBreaker({ consecutiveFailures: 2 })
    const result = await clock.runUntil(plainFunction(fn).send(requestWith()))
    expect(result).toMatchObject({ ok: true, reply: { status: 503 } })
    expect(script('items').requests).toHaveLength(2)
  })
})

describe('what may be repeated', () => {
  const post = requestWith({ method: 'POST' })

  test.each([
    ['a GET by its method', requestWith(), {}, false, 4],
    ['a POST that was not declared', post, {}, false, 1],
    ['a POST to an idempotent function', post, {}, true, 4],
    ['a POST that the option declares', post, { idempotent: true }, false, 4],
    ['a GET that the option forbids', requestWith(), { idempotent: false }, true, 1],
    [
      'what the callback says of each',
      post,
      { idempotent: ({ request }: { request: { path: string } }) => request.path === '/items' },
      false,
      4,
    ],
    [
      'what the callback leaves as it is',
      post,
      { idempotent: ({ byDefault }: { byDefault: boolean }) => byDefault },
      false,
      1,
    ],
  ] as const)('%s', async (_, request, options, declared, requests) => {
    const { lambda, script, clock } = scripted()
    script('items').fails('ConnectionReset')
    const result = await clock.runUntil(
      plainFunction(lambda('items').idempotent(declared), options).send(request),
    )
    expect(result).toMatchObject({ ok: false, error: { code: 'ConnectionReset' } })
    expect(script('items').requests).toHaveLength(requests)
  })
})

test.each([
  ['a GET is hedged', requestWith(), 2],
  ['a POST goes without its hedge', requestWith({ method: 'POST' }), 1],
] as const)('%s', async (_, request, requests) => {
  const { lambda, script, clock } = scripted({ functions: { items: { hedge: { after: '100ms' } } } })
  script('items').after(500).replies({ status: 200 })
  const result = await clock.runUntil(plainFunction(lambda('items')).send(request))
  expect(result).toMatchObject({ ok: true, reply: { status: 200 } })
  expect(script('items').requests).toHaveLength(requests)
})

it('takes no promise for an answer, since one is never false', async () => {
  const { lambda, script } = scripted()
  const http = plainFunction(lambda('items'), { idempotent: (async () => false) as never })
  await expect(http.send(requestWith({ method: 'POST' }))).rejects.toThrow(
    'idempotent must be a function that returns true or false, but was a promise.',
  )
  expect(script('items').requests).toEqual([])
})

it('takes no format without limits', () => {
  const { lambda } = scripted()
  const { maxReplyBytes: _maxReplyBytes, ...unlimited } = plain
  const make = (): unknown => new HttpFunction(lambda('items'), unlimited as never, httpSettings({}))
  expect(make).toThrow('format.maxReplyBytes must be given')
})

test.each([
  ['is invalid', 'hello', 'HttpReplyInvalid'],
  ['is too large', { status: 200, body: 'x'.repeat(100) }, 'HttpReplyTooLarge'],
  ['is judged by its status', { status: 503 }, undefined],
])('a reply that %s keeps what came with it', async (_, reply, code) => {
  const { lambda } = scripted({
    transport: async () =>
      answered(Buffer.from(JSON.stringify(reply)), { requestId: 'r', logTail: 'LOG', executedVersion: '7' }),
  })
  const result = await plainFunction(lambda('items')).send(requestWith({ method: 'POST' }))
  expect(result.ok ? undefined : result.error.code).toBe(code)
  expect(result.meta).toMatchObject({ requestId: 'r', logTail: 'LOG', executedVersion: '7' })
})

it('that is idempotent by a key stays so at this function only', async () => {
  const { lambda, script, clock } = scripted()
  script('items').fails('ConnectionReset')
  script('standby').replies({ status: 200 })
  const fn = lambda('items').idempotencyKey('k-1', { as: 'clientContext' }).fallback(lambda('standby'))
  const request = requestWith({ method: 'POST' })
  const result = await clock.runUntil(plainFunction(fn).send(request))
  expect(result).toMatchObject({ ok: false, error: { code: 'ConnectionReset', mayHaveRun: true } })
  const context = { custom: { idempotencyKey: 'k-1' } }
  const sent = script('items').requests.map(({ clientContext }) => clientContext)
  expect(sent).toEqual([context, context, context, context])
  expect(script('standby').requests).toEqual([])
})

describe('a fallback', () => {
  it('is a Response, as often as it is needed', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ResourceNotFoundException')
    const fallback = new Response('old', { status: 203, headers: { 'x-old': '1' } })
    const http = plainFunction(lambda('items').fallback(fallback, { kinds: ['config', 'request'] }))
    for (const _ of [1, 2]) {
      const result = await http.send(requestWith())
      expect(result).toMatchObject({ ok: true, reply: { status: 203 }, meta: { fallback: true } })
      expect(result.ok && text(result.reply)).toBe('old')
    }
  })

  it('answers in place of a status that is a failure', async () => {
    const { lambda, script } = scripted()
    script('items').replies({ status: 503 })
    const fn = lambda('items').fallback(({ error }) => new Response(error.code))
    const result = await plainFunction(fn).send(requestWith({ method: 'POST' }))
    expect(result.ok && text(result.reply)).toBe('HttpServiceUnavailable')
  })

  it('is another function that answers in the same format', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    script('standby').replies({ status: 200, body: 'standby' })
    const fn = lambda('items').retry(false).fallback(lambda('standby'))
    const result = await plainFunction(fn).send(requestWith())
    expect(result.ok && text(result.reply)).toBe('standby')
    expect(script('standby').requests.map(({ payload }) => payload)).toEqual([{ line: 'GET /items' }])
  })

  it('that is no reply leaves the failure as it is, and is told beside it', async () => {
    const { lambda, script } = scripted()
    script('items').throws('TypeError', 'no stock')
    const result = await plainFunction(lambda('items').fallback(null)).send(requestWith())
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'FunctionError', remote: { errorType: 'TypeError' } },
      meta: { fallback: false },
    })
    const told = 'no stock; the fallback failed too: it answered, but status must be given'
    expect(!result.ok && result.error.message).toContain(told)
    expect(!result.ok && result.error.attempts).toMatchObject([{ code: 'FunctionError', ran: 'yes' }])
  })

  it('that is no reply leaves the answer as it is, and is told to those who watch', async () => {
    const { lambda, script, events } = scripted()
    script('items').replies({ status: 503, body: 'busy' })
    const http = plainFunction(lambda('items').retry(false).fallback(null))
    const result = await http.send(requestWith())
    expect(result).toMatchObject({ ok: true, reply: { status: 503 }, meta: { fallback: false } })
    expect(result.ok && text(result.reply)).toBe('busy')
    expect(events.filter(({ type }) => type === 'fallback.used')).toMatchObject([
      {
        ok: false,
        failure: { code: 'HttpServiceUnavailable' },
        error: { code: 'HttpReplyInvalid', message: 'it answered, but status must be given' },
      },
    ])
  })

  it('is told once, with the time that its Response took', async () => {
    const { lambda, script, clock, events } = scripted()
    script('items').fails('ENILimitReachedException')
    const body = new ReadableStream({
      pull: (controller) => void clock.setTimer(200, () => controller.close()),
    })
    const fn = lambda('items')
      .retry(false)
      .fallback(() => new Response(body))
    await clock.runUntil(plainFunction(fn).send(requestWith()))
    expect(events.filter(({ type }) => type === 'fallback.used')).toMatchObject([
      { ok: true, durationMs: 200 },
    ])
  })

  it('that is another function may have run, though its answer is no reply', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ConnectionRefused')
    script('standby').replies({})
    const fn = lambda('items').retry(false).fallback(lambda('standby'))
    const result = await plainFunction(fn).send(requestWith())
    expect(result).toMatchObject({ ok: false, error: { code: 'ConnectionRefused', mayHaveRun: true } })
  })

  it('passes on nothing that concerns one connection, nor an encoding that fetch has undone', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    const fetched = new Response('old', {
      headers: {
        connection: 'x-hop',
        'x-hop': '1',
        'transfer-encoding': 'chunked',
        'content-encoding': 'gzip',
      },
    })
    Object.defineProperty(fetched, 'url', { value: 'https://elsewhere.example/' })
    const http = plainFunction(
      lambda('items')
        .retry(false)
        .fallback(() => fetched),
    )
    const result = await http.send(requestWith())
    expect(result.ok && result.reply.headers).toEqual([['content-type', 'text/plain;charset=UTF-8']])
  })

  it('keeps an encoding that fetch does not undo', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    const fetched = new Response('old', { headers: { 'content-encoding': 'x-own' } })
    Object.defineProperty(fetched, 'url', { value: 'https://elsewhere.example/' })
    const http = plainFunction(
      lambda('items')
        .retry(false)
        .fallback(() => fetched),
    )
    const result = await http.send(requestWith())
    expect(result.ok && result.reply.headers).toContainEqual(['content-encoding', 'x-own'])
  })

  it('whose Response does not end is given up after as long as the fallback may take, and let go', async () => {
    const { lambda, script, clock } = scripted()
    script('items').fails('ENILimitReachedException')
    const { response, cancelled } = endless()
    const fn = lambda('items')
      .retry(false)
      .fallback(() => response, { limit: '300ms' })
    const result = await clock.runUntil(plainFunction(fn).send(requestWith()))
    expect(result).toMatchObject({ ok: false, error: { code: 'ENILimitReachedException' } })
    expect(!result.ok && result.error.message).toContain('its Response did not end within 300 ms')
    expect(clock.now()).toBe(300)
    await cancelled
  })

  it('whose Response does not end is let go when the caller does', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    const { response, cancelled, begun } = endless()
    const leaving = new AbortController()
    const sent = plainFunction(
      lambda('items')
        .retry(false)
        .fallback(() => response),
    ).send(requestWith(), leaving.signal)
    await begun
    leaving.abort()
    expect(await sent).toMatchObject({ ok: false, error: { code: 'Aborted' } })
    await cancelled
  })

  it('whose Response is larger than the format takes is let go', async () => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    const fn = lambda('items')
      .retry(false)
      .fallback(() => new Response('x'.repeat(101)))
    const result = await plainFunction(fn).send(requestWith())
    expect(result).toMatchObject({ ok: false, error: { code: 'ENILimitReachedException' } })
    expect(!result.ok && result.error.message).toContain('more than the 100 bytes that plain takes')
  })

  test.each([
    ['is an error', () => Response.error(), 'its Response is an error'],
    ['breaks off', () => new Response(broken()), 'its Response could not be read: cut'],
    ['was read before', usedUp, 'its Response could not be read'],
  ])('whose Response %s has failed too', async (_, response, problem) => {
    const { lambda, script } = scripted()
    script('items').fails('ENILimitReachedException')
    const fn = lambda('items').retry(false).fallback(response)
    const result = await plainFunction(fn).send(requestWith())
    expect(result).toMatchObject({ ok: false, error: { code: 'ENILimitReachedException' } })
    expect(!result.ok && result.error.message).toContain(problem)
  })
})

function broken(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })
}

async function usedUp(): Promise<Response> {
  const response = new Response('once')
  await response.text()
  return response
}

/** A Response that has begun, and goes on until it is cancelled. */
function endless(): {
  readonly response: Response
  readonly begun: Promise<void>
  readonly cancelled: Promise<void>
} {
  let begin = (): void => {}
  let cancel = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const cancelled = new Promise<void>((resolve) => (cancel = resolve))
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from('a')),
    // Asked for more only when the first chunk is being read.
    pull: () => {
      begin()
      return new Promise(() => {})
    },
    cancel: () => cancel(),
  })
  return { response: new Response(body), begun, cancelled }
}
