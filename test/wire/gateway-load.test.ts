import { Agent, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import type { ALBEvent } from 'aws-lambda'
import { createInvoker } from 'resilient-lambda'
import { alb, createGateway, listen } from 'resilient-lambda/http'
import { startLocalLambda, type ExecutionRecord, type LocalLambda } from 'resilient-lambda/testing'
import { expect, it } from 'vitest'
import { CASES, CROWD, ENDINGS, idOf, type CrowdRequest } from './gateway-crowd.js'
import { expectNothingLeft, resources, turnsUntil, type Resources } from './leftovers.js'

const AT_ONCE = 64
/** Far longer than any answer takes: what is lost is then named by its id. */
const LOST_AFTER_MS = 20_000

/** What came of a request at its client: an answer, or none. */
type Answer =
  | { readonly status: number | undefined; readonly answeredBy: unknown; readonly body: string | undefined }
  | { readonly lost: string }

function send(agent: Agent, url: string, { id, name, method, body }: CrowdRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const lose = (error: Error): void => resolve({ lost: error.message })
    const headers = { 'x-id': id, 'content-type': 'text/plain' }
    const sent = httpRequest(`${url}/${name}/`, { agent, method, headers, timeout: LOST_AFTER_MS })
    sent.on('response', (response) => {
      const answeredBy = response.headers['x-answered-by']
      text(response).then((whole) => {
        // What the gateway says in its own name is the same for all.
        const own = answeredBy === 'function' ? whole : undefined
        resolve({ status: response.statusCode, answeredBy, body: own })
      }, lose)
    })
    sent.on('timeout', () => sent.destroy(new Error('never answered')))
    sent.on('error', lose)
    sent.end(body)
  })
}

function timesExecuted(executions: readonly ExecutionRecord[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const { event } of executions) {
    const id = idOf(event as ALBEvent)
    times.set(id, (times.get(id) ?? 0) + 1)
  }
  return times
}

/** The requests that ended otherwise than they must, and what was executed though nobody had sent it. */
function wrongEndings(
  answers: ReadonlyMap<string, Answer>,
  executed: ReadonlyMap<string, number>,
): readonly unknown[] {
  return [...new Set([...ENDINGS.keys(), ...executed.keys()])].flatMap((id) => {
    const expected = ENDINGS.get(id)
    const found = { ...answers.get(id), executions: executed.get(id) ?? 0 }
    return isDeepStrictEqual(found, expected) ? [] : [{ id, found, expected }]
  })
}

/** A passing timer of the test runner's, counted as one that was there before, would hide one of ours. */
function withoutTimers(counts: Resources): Resources {
  return { ...counts, Timeout: 0 }
}

/**
 * What can still send a request: a timer, or a socket in use. The idle connections of a client are no resources that
 * count, but their ends at the server are.
 */
function stillGoing(idle: Resources, { openSockets }: LocalLambda): readonly string[] {
  const allowed = (kind: string): number => (idle[kind] ?? 0) + (kind === 'TCPSocketWrap' ? openSockets : 0)
  return Object.entries(resources()).flatMap(([kind, count]) => (count > allowed(kind) ? [kind] : []))
}

it('answers every request of a crowd rightly, and runs none twice that must not be', async () => {
  const before = withoutTimers(resources())
  await using local = await startLocalLambda({
    functions: Object.fromEntries(
      Object.entries(CASES).map(([name, { handler }]) => [name, async (event: ALBEvent) => handler(event)]),
    ),
  })
  for (const [name, { fault }] of Object.entries(CASES)) {
    if (fault) local.faults(name).when(({ headers }) => headers['amz-sdk-request'] === 'attempt=1', fault)
  }
  const idle = withoutTimers(resources())
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
    routes: Object.keys(CASES).map((name) => ({ path: `/${name}/*`, fn: lambda(name), format })),
  })
  await using server = await listen(gateway, { port: 0 })
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

  const answers = new Map<string, Answer>()
  const queue = CROWD.values()
  async function client(): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- each client sends one request after the other
    for (const request of queue) answers.set(request.id, await send(agent, server.url, request))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  agent.destroy()
  await server.close()

  // What is repeated behind an answer that was given has its chance here: the invoker and the local Lambda are still up.
  await turnsUntil(() => stillGoing(idle, local).length === 0, 100_000)
  const going = stillGoing(idle, local)
  const connections = local.openSockets
  lambda.destroy()
  await local.until(({ openSockets }) => openSockets === 0)
  await local.stop()

  expect(wrongEndings(answers, timesExecuted(local.executions)).slice(0, 10)).toEqual([])
  expect(going).toEqual([])
  expect(connections).toBeLessThanOrEqual(AT_ONCE)
  await expectNothingLeft(before)
}, 120_000)
