import type { ALBEvent, ALBResult } from 'aws-lambda'
import type { Fault } from 'resilient-lambda/testing'

const REQUESTS = 2_000

/** What a client sends. */
export interface CrowdRequest {
  readonly id: string
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly body: string
}

/** What must come of a request: its answer, and how often its function has run once everything is over. */
interface Ending {
  readonly status: number
  readonly answeredBy: string
  readonly executions: number
}

interface Case {
  readonly handler: (event: ALBEvent) => ALBResult | string
  /** What goes wrong with the first attempt of each request. */
  readonly fault?: Fault
  /** Of a request that may be repeated. */
  readonly get: Ending
  /** Of one that may be repeated only where it cannot have run. */
  readonly post: Ending
}

/** The id of the request that came as this event. */
export function idOf({ headers }: ALBEvent): string {
  return headers?.['x-id'] ?? 'none'
}

const well: Ending = { status: 200, answeredBy: 'function', executions: 1 }
const repeated: Ending = { ...well, executions: 2 }
const failing = (reason: string): Ending => ({
  status: 502,
  answeredBy: `gateway; reason=${reason}`,
  executions: 1,
})

const bodyFor = (method: string, id: string, body: string): string => `${method} ${id} ${body}`

const replying =
  (statusCode: number) =>
  (event: ALBEvent): ALBResult => ({
    statusCode,
    body: bodyFor(event.httpMethod, idOf(event), event.body ?? ''),
  })

/** Busy when a request comes for the first time. */
function busyOnce(): Case['handler'] {
  const seen = new Set<string>()
  return (event) => {
    const status = seen.has(idOf(event)) ? 200 : 503
    seen.add(idOf(event))
    return replying(status)(event)
  }
}

/** One function for each way to fail. */
export const CASES: Readonly<Record<string, Case>> = {
  steady: { handler: replying(200), get: well, post: well },
  throttled: { handler: replying(200), fault: { type: 'throttle' }, get: well, post: well },
  starting: {
    handler: replying(200),
    fault: { type: 'error', name: 'ResourceConflictException' },
    get: well,
    post: well,
  },
  cut: {
    handler: replying(200),
    fault: { type: 'cutReply' },
    get: repeated,
    post: failing('LambdaConnectionError'),
  },
  reset: {
    handler: replying(200),
    fault: { type: 'resetAfterReading', executed: true },
    get: repeated,
    post: failing('LambdaConnectionError'),
  },
  busy: { handler: busyOnce(), get: repeated, post: { ...well, status: 503 } },
  missing: { handler: replying(404), get: { ...well, status: 404 }, post: { ...well, status: 404 } },
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

/** Each function is asked by GET and by POST, in turns. */
export const CROWD: readonly CrowdRequest[] = Array.from({ length: REQUESTS }, (_, number) => {
  const name = NAMES[number % NAMES.length] ?? ''
  const id = `${name}-${number}`
  return Math.floor(number / NAMES.length) % 2 === 0
    ? { id, name, method: 'GET', body: '' }
    : { id, name, method: 'POST', body: `body of ${id}` }
})

/** What must come of each request, by its id. */
export const ENDINGS: ReadonlyMap<string, unknown> = new Map(
  CROWD.map((request) => [request.id, endingOf(request)]),
)

function endingOf({ id, name, method, body }: CrowdRequest) {
  const ending = CASES[name]?.[method === 'GET' ? 'get' : 'post']
  return { ...ending, body: ending?.answeredBy === 'function' ? bodyFor(method, id, body) : undefined }
}
