import { join } from 'node:path'
import type { LambdaHandler, LocalLambda } from 'resilient-lambda/testing'
import { describe, expect, it } from 'vitest'
import { latch } from '../testing/local/support.js'
import { resources, turnsUntil, type Resources } from '../wire/leftovers.js'
import { ask, folderOf, HANDLER, inFrontOf, ran, serving, TIME, UUID } from './support.js'

/** The log of a terminal: what stands after the announcement of its columns. */
function logOf({ out }: { readonly out: string }): string[] {
  return (out.split(/^#Fields.*\n/m)[1] ?? '').split('\n').slice(0, -1)
}

describe('serve with a file', () => {
  it('puts the functions of this machine behind a load balancer, and logs each request', async () => {
    const route = { function: 'shop', multiValueHeaders: false }
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'gateway.json': {
        local: { functions: { shop: { module: './shop.mjs' } } },
        invoker: { region: 'eu-west-1' },
        routes: [
          { ...route, path: ['/items/*', '/throw'], host: 'shop.example' },
          { ...route, path: '/2*' },
        ],
      },
    })
    const { terminal, url } = await serving(join(folder, 'gateway.json'))
    const announced = terminal.out
    expect(announced.split('\n')).toEqual([
      'shop.example /items/*, /throw -> shop (alb)',
      '/2* -> shop (alb)',
      `Listening on ${url}`,
      expect.stringMatching(/^#Fields: time client /),
      '',
    ])
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)

    const found = await ask(
      `${url}/items/%2F?a=1&a=%22`,
      { method: 'POST', headers: { host: 'shop.example' } },
      'four',
    )
    expect(found).toMatchObject({ status: 200, body: '{"path":"/items/%2F","region":"eu-west-1"}' })
    expect(await ask(`${url}/201`)).toMatchObject({ status: 201 })
    expect(await ask(`${url}/items/1`)).toMatchObject({ status: 404 })
    expect(await ask(`${url}/throw`, { headers: { host: 'shop.example' } })).toMatchObject({ status: 502 })

    const lines = [
      `"POST /items/%2F\\?a=1&a=%22 HTTP/1\\.1" 200 function - shop 1 \\d+ 4 ${found.body.length} ${UUID}`,
      `"GET /201 HTTP/1\\.1" 201 function - shop 1 \\d+ 0 \\d+ ${UUID}`,
      '"GET /items/1 HTTP/1\\.1" 404 gateway NoRoute - 0 \\d+ 0 \\d+ -',
      `"GET /throw HTTP/1\\.1" 502 gateway LambdaUnhandled shop 1 \\d+ 0 \\d+ ${UUID}`,
    ]
    expect(logOf(terminal)).toEqual(
      lines.map((line) => expect.stringMatching(new RegExp(`^${TIME} 127\\.0\\.0\\.1 ${line}$`))),
    )
    const id = terminal.out.trimEnd().split(' ').at(-1)
    const last = terminal.err.split('\n').slice(-2)
    expect(last).toEqual([
      expect.stringMatching(
        `^"GET /throw HTTP/1\\.1" ${id} "shop" failed: FunctionError \\(TypeError: no such thing\\) after 1 attempt `,
      ),
      '',
    ])
  })

  it('names the request of a failure that has no id', async () => {
    const { local, terminal, url } = await inFrontOf(async () => ({ statusCode: 200 }))
    await local.stop()
    await ask(`${url}/items?a=1`)
    await terminal.until(/^"GET \/items\?a=1 HTTP\/1\.1" "shop" failed: ConnectionRefused /m)
  })

  it('checks a function once that several routes lead to', async () => {
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'gateway.json': {
        local: { functions: { shop: { module: 'shop.mjs' } } },
        routes: [{ function: 'shop', path: '/a' }, { function: 'shop' }],
        healthCheck: { path: '/500', interval: '1h', unhealthyThreshold: 1 },
      },
    })
    const { terminal, url } = await serving(join(folder, 'gateway.json'))
    await terminal.until(/^shop is unhealthy: /m)
    expect(await ask(`${url}/a`)).toMatchObject({ status: 503 })
    expect(await ask(`${url}/b`)).toMatchObject({ status: 503 })
    expect(terminal.err.match(/masked for/g)).toHaveLength(1)
    expect(terminal.err.match(/unhealthy/g)).toHaveLength(1)
  })

  it('says so when the health of a function changes', async () => {
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'gateway.json': {
        local: { functions: { shop: { module: 'shop.mjs' } } },
        routes: [{ function: 'shop' }],
        healthCheck: { path: '/500', interval: '1ms' },
      },
    })
    const { terminal, url } = await serving(join(folder, 'gateway.json'))
    await terminal.until(/^shop is unhealthy: 2 checks in a row failed: answered 500\.$/m)
    expect(await ask(url)).toMatchObject({ status: 503 })
    expect(logOf(terminal)).toEqual([expect.stringMatching(/ 503 gateway TargetUnhealthy shop 0 /)])
  })
})

describe('serve with flags', () => {
  it('calls a function at an endpoint, with the credentials of the environment', async () => {
    const { local, url, terminal } = await inFrontOf(async () => ({ statusCode: 202, body: 'taken' }))
    expect(await ask(url)).toMatchObject({ status: 202, body: 'taken' })
    const [execution, ...others] = local.executionsOf('shop')
    expect(others).toEqual([])
    expect(local.requests[0]?.headers.authorization).toContain('Credential=of-the-environment/')
    expect(logOf(terminal)).toEqual([
      expect.stringMatching(` 202 function - shop 1 \\d+ 0 5 ${execution?.requestId}$`),
    ])
  })

  it('uses the format that was asked for', async () => {
    const handler: LambdaHandler = async ({ version, rawPath }: { version: string; rawPath: string }) => ({
      body: `${version} ${rawPath}`,
    })
    const { url, terminal } = await inFrontOf(handler, '--format', 'function-url')
    expect(await ask(`${url}/a%20b`)).toMatchObject({ status: 200, body: '{"body":"2.0 /a%20b"}' })
    expect(terminal.out).toMatch(/^\* -> shop \(function-url\)$/m)
  })

  it('repeats a POST of a function that was declared idempotent, and ends each at its deadline', async () => {
    const handler: LambdaHandler = async () => ({ statusCode: 503 })
    const ordinary = await inFrontOf(handler)
    expect(await ask(ordinary.url, { method: 'POST' })).toMatchObject({ status: 503 })
    expect(ordinary.local.executionsOf('shop')).toHaveLength(1)
    const declared = await inFrontOf(handler, '--idempotent')
    expect(await ask(declared.url, { method: 'POST' })).toMatchObject({ status: 503 })
    expect(declared.local.executionsOf('shop')).toHaveLength(4)
    const hurried = await inFrontOf(() => new Promise(() => {}), '--deadline', '1ms')
    expect(await ask(hurried.url)).toMatchObject({ status: 504 })
    expect(logOf(hurried.terminal)).toEqual([expect.stringMatching(/ 504 gateway DeadlineExceeded shop /)])
  })

  it('gives a function of this machine the time that it is told', async () => {
    const folder = await folderOf({
      'slow.mjs': 'export const handler = () => new Promise((done) => setTimeout(done, 60_000))',
    })
    const { terminal, url } = await serving('--module', join(folder, 'slow.mjs'), '--timeout', '20ms')
    expect(await ask(url)).toMatchObject({ status: 502 })
    expect(terminal.err).toMatch(/Task timed out after 0\.02 seconds/)
  })

  it('writes nothing but JSON when the log is JSON', async () => {
    const { terminal, url } = await inFrontOf(
      async () => {
        throw new Error('out of ink')
      },
      '--log',
      'json',
    )
    await ask(`${url}/a?b=%20`)
    expect(terminal.err).toBe(`* -> shop (alb)\nListening on ${url}\n`)
    const [line, ...others] = terminal.out.split('\n')
    expect(others).toEqual([''])
    expect(JSON.parse(line ?? '')).toMatchObject({
      time: expect.stringMatching(new RegExp(`^${TIME}$`)),
      client: '127.0.0.1',
      method: 'GET',
      path: '/a',
      query: 'b=%20',
      status: 502,
      source: 'gateway',
      reason: 'LambdaUnhandled',
      target: 'shop',
      attempts: 1,
      error: expect.stringContaining('FunctionError (Error: out of ink)'),
    })
  })
})

describe('a signal', () => {
  it.each([
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ])('lets %s wait for the requests in flight, and takes no more', async (signal, number) => {
    const asked = latch()
    const answer = latch()
    const { local, terminal, url, ended } = await inFrontOf(async () => {
      asked.open()
      await answer.opened
      return { statusCode: 200, body: 'late' }
    })
    const inFlight = ask(url)
    await asked.opened
    terminal.emit(signal, signal, number)
    await terminal.until(/^Stopping: /m)
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    answer.open()
    expect(await inFlight).toMatchObject({ status: 200, body: 'late' })
    expect(await ended).toBe(0)
    expect(local.executionsOf('shop')).toHaveLength(1)
    await local.until(({ openSockets }) => openSockets === 0)
    expect(terminal.exits).toEqual([])
    expect(terminal.listenerCount('SIGINT') + terminal.listenerCount('SIGTERM')).toBe(0)
  })

  it('leaves nothing behind: no server, socket, timer or worker', async () => {
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'gateway.json': {
        local: { functions: { shop: { module: 'shop.mjs' } } },
        routes: [{ function: 'shop', healthCheck: { interval: '1ms' } }],
      },
    })
    const before = resources()
    const { terminal, url, ended } = await serving(join(folder, 'gateway.json'))
    await ask(url)
    await terminal.until(/^shop is healthy: /m)
    terminal.interrupt()
    expect(await ended).toBe(0)
    expect(await surplusTo(before)).toEqual([])
  })

  it('is not needed where the port is taken: what was started by then is gone', async () => {
    const { local, url } = await inFrontOf(async () => ({ statusCode: 200 }))
    const healthCheck = { path: '/health', interval: '1ms' }
    const folder = await folderOf({
      'shop.mjs': HANDLER,
      'here.json': {
        local: { functions: { shop: { module: 'shop.mjs' } } },
        routes: [{ function: 'shop', healthCheck }],
      },
      'there.json': {
        invoker: { endpoint: local.endpoint, region: 'us-east-1' },
        routes: [{ function: 'shop', healthCheck }],
      },
    })
    const taken = ['--port', new URL(url).port]
    const before = resources()
    expect(await ran('serve', join(folder, 'here.json'), ...taken)).toMatchObject({ code: 1, out: '' })
    expect(await surplusTo(before)).toEqual([])

    expect(await ran('serve', join(folder, 'there.json'), ...taken)).toMatchObject({ code: 1, out: '' })
    const checks = await askedAfter(local, 10)
    expect(await askedAfter(local, 10)).toBe(checks)
  })
})

/** How often the function was asked for by the time that so many requests of others have been answered. */
async function askedAfter(local: LocalLambda, others: number): Promise<number> {
  // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
  for (let count = 0; count < others; count++) await ask(local.endpoint)
  return local.requestsOf('shop').length
}

/** Which kinds of resources there are more of than before. Sockets close some turns of the event loop later. */
async function surplusTo(before: Resources): Promise<readonly string[]> {
  const surplus = (): string[] =>
    Object.entries(resources()).flatMap(([kind, count]) => (count > (before[kind] ?? 0) ? [kind] : []))
  await turnsUntil(() => surplus().length === 0, 10_000)
  return surplus()
}
