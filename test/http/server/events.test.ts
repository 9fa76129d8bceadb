import { channel } from 'node:diagnostics_channel'
import { alb } from 'resilient-lambda/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GatewayEvent } from '../../../src/http/server/events.js'
import { serveLambda } from '../../../src/http/server/serve-lambda.js'
import { scripted } from '../../invoker/support.js'
import { latch } from '../../testing/local/support.js'
import { chunked } from './node/malice.js'
import { get, serve } from './served.js'

const FORMAT = alb({ multiValueHeaders: true })
const OK = { statusCode: 200, multiValueHeaders: { 'content-type': ['text/plain'] }, body: 'here' }
const ADDRESS = 'http://shop.example/carts/%2F?a=%20'

describe('events', () => {
  it('tell of each request', async () => {
    const { lambda, script, clock } = scripted()
    script('web').throttled().after('30ms').replies(OK)
    const events: GatewayEvent[] = []
    const observers = [(event: GatewayEvent) => events.push(event)]
    const handler = serveLambda(lambda('web'), FORMAT, { observers, clock })
    await clock.runUntil(handler(new Request(ADDRESS, { method: 'PUT', body: 'four' })))
    expect(events).toEqual([
      {
        type: 'http.answered',
        method: 'PUT',
        path: '/carts/%2F',
        query: 'a=%20',
        status: 200,
        source: 'function',
        target: 'web',
        durationMs: clock.now(),
        requestBytes: 4,
        replyBytes: 4,
        client: '0.0.0.0',
        attempts: 2,
      },
    ])
    expect(clock.now()).toBeGreaterThan(30)
  })

  it('tell why the function did not answer, and what went wrong', async () => {
    const { lambda, script } = scripted()
    script('web').throws('TypeError', 'of no avail')
    const events: GatewayEvent[] = []
    const observers = [(event: GatewayEvent) => events.push(event)]
    await serveLambda(lambda('web'), FORMAT, { observers })(new Request(ADDRESS))
    expect(events).toMatchObject([
      { status: 502, source: 'gateway', reason: 'LambdaUnhandled', attempts: 1, error: { kind: 'function' } },
    ])
  })

  it('reach the others though one who watches throws', async () => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const events: GatewayEvent[] = []
    const observers = [
      () => {
        throw new Error('a broken observer')
      },
      (event: GatewayEvent) => events.push(event),
    ]
    const response = await serveLambda(lambda('web'), FORMAT, { observers })(new Request(ADDRESS))
    expect(response.status).toBe(200)
    expect(events).toHaveLength(1)
  })

  it('reach tools through a diagnostics channel', async () => {
    const { lambda, script } = scripted()
    script('web').replies(OK)
    const seen: unknown[] = []
    const listener = (event: unknown): void => void seen.push(event)
    channel('resilient-lambda.http').subscribe(listener)
    onTestFinished(() => {
      channel('resilient-lambda.http').unsubscribe(listener)
    })
    await serveLambda(lambda('web'), FORMAT)(new Request(ADDRESS))
    expect(seen).toMatchObject([{ type: 'http.answered', path: '/carts/%2F', status: 200 }])
  })

  it('tell of what was no request, and why', async () => {
    const { open, answers } = await serve(() => OK)
    const client = open()
    client.socket.write('garbage\r\n\r\n')
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 400 /)
    expect(await answers(1)).toMatchObject([
      { method: '', path: '', status: 400, source: 'gateway', reason: 'BadRequest', client: '127.0.0.1' },
    ])
  })

  it('tell once of a request whose body is malformed', async () => {
    const { open, answers } = await serve(() => OK)
    const client = open()
    client.socket.write(chunked('zz\r\n'))
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 400 /)
    client.socket.destroy()
    open().socket.write(get('/next'))
    expect((await answers(2)).toSorted((a, b) => a.path.length - b.path.length)).toMatchObject([
      { path: '/', status: 400, httpVersion: '1.1' },
      { path: '/next', status: 200 },
    ])
  })

  it('tell once of what was no request, though it is found too slow as well', async () => {
    const going = latch()
    const { open, answers } = await serve(
      async () => {
        await going.opened
        return OK
      },
      { listening: { headersTimeout: 30, requestTimeout: 30 } },
    )
    const client = open()
    client.send(`${get('/slow')}garbage\r\n\r\n`)
    // Until another has waited for longer than a head may take.
    const other = open()
    other.send('GET')
    await other.untilEnd()
    going.open()
    await client.untilEnd()
    open().send(get('/last'))
    expect((await answers(4)).map(({ path, status }) => `${status} ${path}`).toSorted()).toEqual([
      '200 /last',
      '200 /slow',
      '400 ',
      '408 ',
    ])
  })
})
