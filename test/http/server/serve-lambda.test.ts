import { InvalidSettingError } from 'resilient-lambda'
import { alb, type HttpFormat } from 'resilient-lambda/http'
import { describe, expect, it } from 'vitest'
import type { GatewayEvent } from '../../../src/http/server/events.js'
import { serveLambda, type ServeOptions } from '../../../src/http/server/serve-lambda.js'
import { scripted } from '../../invoker/support.js'

const FORMAT = alb({ multiValueHeaders: true })
const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }

function request(init: RequestInit = {}): Request {
  return new Request('http://shop.example/carts/%2F?a=%20', { duplex: 'half', ...init })
}

/** The body in so many parts, and how many of them were asked for. */
function parts(
  count: number,
  size: number,
): { readonly body: ReadableStream; readonly asked: () => number; readonly cancelled: () => boolean } {
  let asked = 0
  let cancelled = false
  const body = new ReadableStream(
    {
      pull(controller) {
        asked += 1
        if (asked > count) controller.close()
        else controller.enqueue(new Uint8Array(size))
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, asked: () => asked, cancelled: () => cancelled }
}

describe('a function behind a standard handler', () => {
  it('answers a standard request with a standard response', async () => {
    const { lambda, script } = scripted()
    script('web').replies({ ...OK, statusCode: 201, statusDescription: '201 Created' })
    const response = await serveLambda(lambda('web'), FORMAT)(request({ method: 'POST', body: 'two' }))
    expect(response).toBeInstanceOf(Response)
    expect(response.status).toBe(201)
    expect(response.headers.get('x-answered-by')).toBe('function')
    expect(await response.text()).toBe('here')
    expect(script('web').requests[0]?.payload).toMatchObject({
      httpMethod: 'POST',
      path: '/carts/%2F',
      multiValueQueryStringParameters: { a: ['%20'] },
      multiValueHeaders: { host: ['shop.example'], 'x-forwarded-for': ['0.0.0.0'] },
      body: 'two',
    })
  })

  it('takes the address of the client from whom it is told', async () => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const clientAddress = ({ headers }: Request): string => headers.get('x-real-ip') ?? ''
    const handler = serveLambda(lambda('web'), FORMAT, { clientAddress })
    await handler(request({ headers: { 'x-real-ip': '203.0.113.7' } }))
    const sent = script('web').requests[0]?.payload
    expect(sent).toMatchObject({ multiValueHeaders: { 'x-forwarded-for': ['203.0.113.7'] } })
  })

  const mistake = new Error('no such header')
  it.each<[string, () => string, unknown]>([
    [
      'throws',
      () => {
        throw mistake
      },
      mistake,
    ],
    ['returns a promise', (async () => '192.0.2.7') as never, expect.any(InvalidSettingError)],
  ])('answers, and tells, where clientAddress %s', async (_, clientAddress, error) => {
    const { lambda, script } = scripted()
    const events: GatewayEvent[] = []
    const observer = (event: GatewayEvent): number => events.push(event)
    const handler = serveLambda(lambda('web'), FORMAT, { clientAddress, observers: [observer] })
    const response = await handler(request())
    expect(response.status).toBe(502)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=LambdaUnhandledException')
    expect(events).toMatchObject([{ status: 502, client: '0.0.0.0', error }])
    expect(script('web').requests).toHaveLength(0)
  })

  it('does not run the function with the rest of a body that was read before', async () => {
    const { lambda, script } = scripted()
    const read = request({ method: 'POST', body: 'two' })
    await read.text()
    const handling = serveLambda(lambda('web'), FORMAT)(read)
    await expect(handling).rejects.toThrow('The body of the request was read already')
    expect(script('web').requests).toHaveLength(0)
  })

  it('passes on each cookie that is set', async () => {
    const { lambda, script } = scripted()
    script('web').replies({ ...OK, multiValueHeaders: { 'set-cookie': ['a=1; Path=/', 'b=2'] } })
    const response = await serveLambda(lambda('web'), FORMAT)(request())
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
  })

  it.each([204, 304])('has no body with %s', async (statusCode) => {
    const { lambda, script } = scripted()
    script('web').replies({ ...OK, statusCode })
    const response = await serveLambda(lambda('web'), FORMAT)(request())
    expect(response.status).toBe(statusCode)
    expect(response.body).toBeNull()
  })

  it('has no body for HEAD', async () => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const response = await serveLambda(lambda('web'), FORMAT)(request({ method: 'HEAD' }))
    expect(response.body).toBeNull()
  })

  it('passes on a 503 of the function, after the last attempt', async () => {
    const { lambda, script, clock } = scripted()
    script('web').replies({ ...OK, statusCode: 503, body: 'too much' })
    const handler = serveLambda(lambda('web').retry({ attempts: 2 }), FORMAT)
    const response = await clock.runUntil(handler(request()))
    expect(response.status).toBe(503)
    expect(response.headers.get('x-answered-by')).toBe('function')
    expect(await response.text()).toBe('too much')
    expect(script('web').requests).toHaveLength(2)
  })

  it('repeats what may be repeated, by method and by what it is told', async () => {
    const attempts = async (method: string, options: ServeOptions = {}): Promise<number> => {
      const { lambda, script, clock } = scripted()
      script('web').fails('ConnectionReset')
      await clock.runUntil(serveLambda(lambda('web'), FORMAT, options)(request({ method })))
      return script('web').requests.length
    }
    expect(await attempts('GET')).toBe(4)
    expect(await attempts('POST')).toBe(1)
    expect(await attempts('POST', { idempotent: true })).toBe(4)
    expect(await attempts('GET', { idempotent: false })).toBe(1)
  })

  it('refuses options that it does not know', () => {
    const { lambda } = scripted()
    const options = { retryStatus: [503] } as ServeOptions
    expect(() => serveLambda(lambda('web'), FORMAT, options)).toThrow(InvalidSettingError)
    expect(() => serveLambda(lambda('web'), FORMAT, options)).toThrow("options has no setting 'retryStatus'")
  })
})

describe('a body over the limit', () => {
  const small: HttpFormat<object> = { ...FORMAT, maxRequestBytes: 1_000 }

  it('is answered while it is being read, and not read further', async () => {
    const { lambda, script } = scripted()
    const { body, asked, cancelled } = parts(100, 400)
    const events: GatewayEvent[] = []
    const handler = serveLambda(lambda('web'), small, { observers: [(event) => events.push(event)] })
    const response = await handler(request({ method: 'POST', body }))
    expect(response.status).toBe(413)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=LambdaRequestTooLarge')
    expect(asked()).toBe(3)
    expect(cancelled()).toBe(true)
    expect(events).toMatchObject([{ status: 413, requestBytes: 1_200, attempts: 0, target: 'web' }])
    expect(script('web').requests).toHaveLength(0)
  })

  it('is answered before any of it is read, where its length is declared', async () => {
    const { lambda } = scripted()
    const { body, asked } = parts(100, 400)
    const handler = serveLambda(lambda('web'), small)
    const { reply, unread } = await handler.handle({
      ...HEAD,
      headers: [...HEAD.headers, ['content-length', '40000']],
      body: body as AsyncIterable<Uint8Array>,
    })
    expect(reply.status).toBe(413)
    expect(unread).toBe(true)
    expect(asked()).toBe(0)
  })

  it('is answered though its stream is never done with being cancelled', async () => {
    const { lambda } = scripted()
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(400)),
      cancel: () => new Promise(() => {}),
    })
    expect((await serveLambda(lambda('web'), small)(request({ method: 'POST', body }))).status).toBe(413)
  })

  it('is taken where it is just as large as it may be', async () => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const { body } = parts(2, 500)
    const answer = await serveLambda(lambda('web'), small).handle({
      ...HEAD,
      headers: [...HEAD.headers, ['content-length', '1000']],
      body: body as AsyncIterable<Uint8Array>,
    })
    expect(answer.reply.status).toBe(200)
    expect(answer.unread).toBeUndefined()
  })
})

const HEAD = {
  method: 'POST',
  path: '/',
  query: '',
  headers: [['host', 'shop.example']] as [string, string][],
  origin: { address: '203.0.113.7', protocol: 'http' as const, port: 80 },
  id: '00000000-0000-4000-8000-000000000000',
  receivedMs: 0,
  signal: new AbortController().signal,
}

describe('a client that goes away', () => {
  it('cancels the call', async () => {
    const { lambda, script } = scripted()
    script('web').hangs()
    const controller = new AbortController()
    const answering = serveLambda(lambda('web'), FORMAT)(request({ signal: controller.signal }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(script('web').requests).toHaveLength(1)
    controller.abort()
    const response = await answering
    expect(response.status).toBe(460)
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=ClientGone')
  })

  it('in the middle of its body is not waited for', async () => {
    const { lambda, script } = scripted()
    const controller = new AbortController()
    const { signal } = controller
    const body = new ReadableStream({ pull: (part) => part.enqueue(new Uint8Array(3)) }, { highWaterMark: 0 })
    const stalled = body.pipeThrough(new TransformStream({ transform: () => new Promise(() => {}) }))
    const answering = serveLambda(lambda('web'), FORMAT)(request({ method: 'POST', body: stalled, signal }))
    await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    expect((await answering).status).toBe(460)
    expect(script('web').requests).toHaveLength(0)
  })

  it.each([
    [true, 460, 'ClientGone'],
    [false, 400, 'BadRequestBody'],
  ])('in the middle of its body, and is known to have gone: %s', async (gone, status, reason) => {
    const { lambda, script } = scripted()
    const controller = new AbortController()
    async function* body(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3)
      if (gone) controller.abort()
      throw new Error('aborted')
    }
    const handler = serveLambda(lambda('web'), FORMAT)
    const answer = await handler.handle({ ...HEAD, body: body(), signal: controller.signal })
    expect(answer).toMatchObject({ reply: { status }, reason, unread: true })
    expect(script('web').requests).toHaveLength(0)
  })
})

describe('the mark of whose answer it is', () => {
  it('cannot be made by the function', async () => {
    const { lambda, script } = scripted()
    script('web').replies({
      ...OK,
      multiValueHeaders: { 'X-Answered-By': ['gateway; reason=LambdaThrottling'], 'x-answered-by': ['you'] },
    })
    const response = await serveLambda(lambda('web'), FORMAT)(request())
    expect(response.headers.get('x-answered-by')).toBe('function')
  })

  it('says when a fallback answered in place of the function', async () => {
    const { lambda, script } = scripted()
    script('web').fails('ServiceException')
    const fn = lambda('web')
      .retry(false)
      .fallback(new Response('closed for today', { status: 503 }))
    const response = await serveLambda(fn, FORMAT)(request())
    expect(await response.text()).toBe('closed for today')
    expect(response.headers.get('x-answered-by')).toBe('gateway; reason=Fallback')
  })
})

describe('a mistake in code of the user', () => {
  const broken = new Error('a mistake')
  const fail = (): never => {
    throw broken
  }

  it.each<[string, (lambda: ReturnType<typeof scripted>['lambda']) => ReturnType<typeof serveLambda>]>([
    [
      'a policy',
      (lambda) =>
        serveLambda(
          lambda('web').use(() => fail, { before: 'retry' }),
          FORMAT,
        ),
    ],
    ['what tells what may be repeated', (lambda) => serveLambda(lambda('web'), FORMAT, { idempotent: fail })],
    ['a format', (lambda) => serveLambda(lambda('web'), { ...FORMAT, encode: fail })],
  ])('becomes an answer: %s', async (_, handlerWith) => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const answer = await handlerWith(lambda).handle({ ...HEAD, body: undefined })
    expect(answer).toMatchObject({
      reply: { status: 502 },
      reason: 'LambdaUnhandledException',
      target: 'web',
    })
    expect(answer.error).toBe(broken)
  })
})
