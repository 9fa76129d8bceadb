import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ALBEvent, ALBResult } from 'aws-lambda'
import { createInvoker } from 'resilient-lambda'
import { alb, createGateway, listen } from 'resilient-lambda/http'
import { startLocalLambda, type LocalLambda } from 'resilient-lambda/testing'
import { expect, it } from 'vitest'
import { expectNothingLeft, resources } from './leftovers.js'

const REQUESTS = 2_000
const AT_ONCE = 64

/** How often each request was executed, by its id. */
const executions = new Map<string, number>()

interface Ending {
  readonly status: number
  readonly answeredBy: string
  readonly executions: number
}

interface Case {
  readonly handler: (event: ALBEvent, id: string) => ALBResult | string
  /** What goes wrong with the first attempt of each request. */
  readonly fault?: Parameters<ReturnType<LocalLambda['faults']>['always']>[0]
  readonly get: Ending
  readonly post: Ending
}

const echo = (event: ALBEvent, id: string): ALBResult => ({
  statusCode: 200,
  headers: { 'x-id': id },
  body: `${event.httpMethod} ${id} ${event.body ?? ''}`,
})
const well = { status: 200, answeredBy: 'function', executions: 1 }
const repeated = { ...well, executions: 2 }
const failing = (reason: string, status = 502): Ending => ({
  status,
  answeredBy: `gateway; reason=${reason}`,
  executions: 1,
})

/** One function for each way to fail, and what must come of a request that may be repeated and of one that may not. */
const CASES: Readonly<Record<string, Case>> = {
  steady: { handler: echo, get: well, post: well },
  throttled: { handler: echo, fault: { type: 'throttle' }, get: well, post: well },
  starting: {
    handler: echo,
    fault: { type: 'error', name: 'ResourceConflictException' },
    get: well,
    post: well,
  },
  cut: {
    handler: echo,
    fault: { type: 'cutReply' },
    get: repeated,
    post: failing('LambdaConnectionError'),
  },
  reset: {
    handler: echo,
    fault: { type: 'resetAfterReading', executed: true },
    get: repeated,
    post: failing('LambdaConnectionError'),
  },
  busy: {
    handler: (event, id) => (executions.get(id) === 1 ? { statusCode: 503 } : echo(event, id)),
    get: repeated,
    post: { ...well, status: 503 },
  },
  missing: {
    handler: () => ({ statusCode: 404 }),
    get: { ...well, status: 404 },
    post: { ...well, status: 404 },
  },
  crashing: {
    handler: () => {
      throw new Error('boom')
    },
    get: failing('LambdaUnhandled'),
    post: failing('LambdaUnhandled'),
  },
  speechless: {
    handler: () => 'hello',
    get: failing('LambdaInvalidResponse'),
    post: failing('LambdaInvalidResponse'),
  },
  talkative: {
    handler: () => ({ statusCode: 200, body: 'x'.repeat(1_100_000) }),
    get: failing('LambdaResponseTooLarge'),
    post: failing('LambdaResponseTooLarge'),
  },
}
const NAMES = Object.keys(CASES)

function handlerOf({ handler }: Case): (event: ALBEvent) => Promise<ALBResult | string> {
  return async (event) => {
    const id = event.headers?.['x-id'] ?? ''
    executions.set(id, (executions.get(id) ?? 0) + 1)
    return handler(event, id)
  }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function send(agent: Agent, url: string, method: string, id: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      { agent, method, headers: { 'x-id': id, 'content-type': 'text/plain' } },
      (response) => {
        text(response).then(
          (body) => resolve({ status: response.statusCode, headers: response.headers, body }),
          reject,
        )
      },
    )
    sent.once('error', reject)
    sent.end(method === 'POST' ? `body of ${id}` : undefined)
  })
}

it('answers every request of a crowd rightly, and runs none twice that must not be', async () => {
  const { signal } = new AbortController()
  const before = resources()
  const local = await startLocalLambda({
    functions: Object.fromEntries(Object.entries(CASES).map(([name, one]) => [name, handlerOf(one)])),
  })
  for (const [name, { fault }] of Object.entries(CASES)) {
    if (fault) local.faults(name).when(({ headers }) => headers['amz-sdk-request'] === 'attempt=1', fault)
  }
  const lambda = createInvoker({
    ...local.clientSettings,
    defaults: {
      // The endings are to be those of each request by itself: what protects a failing function would mix them.
      circuitBreaker: false,
      retry: {
        baseDelay: '1ms',
        maxDelay: '5ms',
        throttle: { baseDelay: '1ms', maxDelay: '5ms' },
        budget: false,
      },
    },
  })
  const format = alb()
  const gateway = createGateway({
    routes: NAMES.map((name) => ({ path: `/${name}/*`, fn: lambda(name), format })),
  })
  const server = await listen(gateway, { port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

  const wrong: unknown[] = []
  let next = 0
  async function client(): Promise<void> {
    for (let number = next++; number < REQUESTS; number = next++) {
      const name = NAMES[number % NAMES.length] ?? ''
      const method = Math.floor(number / NAMES.length) % 2 === 0 ? 'GET' : 'POST'
      const id = `${name}-${number}`
      const answer = await send(agent, `${server.url}/${name}/${number}`, method, id)
      const expected = CASES[name]?.[method === 'GET' ? 'get' : 'post']
      const ending = {
        status: answer.status,
        answeredBy: answer.headers['x-answered-by'],
        executions: executions.get(id) ?? 0,
      }
      const own =
        answer.status !== 200 || answer.body === `${method} ${id} ${method === 'POST' ? `body of ${id}` : ''}`
      if (JSON.stringify(ending) !== JSON.stringify(expected) || !own)
        wrong.push({ id, method, ...ending, own })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))

  expect(wrong.slice(0, 10)).toEqual([])
  expect(next).toBeGreaterThanOrEqual(REQUESTS)
  expect(local.executions).toHaveLength([...executions.values()].reduce((sum, count) => sum + count, 0))

  agent.destroy()
  await server.close()
  lambda.destroy()
  await local.until(({ openSockets }) => openSockets === 0)
  await local.stop()
  await expectNothingLeft(before, signal)
}, 120_000)
