import { randomUUID } from 'node:crypto'
import type { InvokeCommand } from '@aws-sdk/client-lambda'
import type { Context } from '../core/call.js'
import type { LiveAttempt } from '../core/attempt-record.js'
import { VERSION } from '../version.js'
import type { InvokeRequest } from './transport.js'
import { INVOCATION_ID_HEADER, watchWritten } from './written.js'

/** What our middleware saw of one request. */
export interface Sighting {
  /** Whether the request got as far as the client's request handler; undefined where no middleware ran, as with a mock. */
  reached: boolean | undefined
  stopWatching: (() => void) | undefined
  /** From the reply's head; older clients do not read it. */
  durableExecutionArn: string | undefined
  /** Whether the function ran as if no execution name had been sent. */
  nameIgnored: boolean
}

type Headers = Record<string, string>
interface HttpArguments {
  request: { headers: Headers }
}
interface HttpResult {
  response?: { statusCode?: number; headers?: Headers }
}

/** Headers that carry trace context; Lambda hands the last on to the function as its own. */
const TRACE_HEADERS = ['traceparent', 'tracestate', 'baggage', 'x-amzn-trace-id']

/**
 * Puts our middleware on one command, so that the client and its other commands stay as they are.
 *
 * It takes the place of the SDK's retries, which would repeat requests that may have run; it names the library in the
 * user agent; and it notes how far the request got, which is what decides whether the function can have run.
 */
export function equip(
  command: InvokeCommand,
  handler: object,
  attempt: LiveAttempt,
  { tenantId, durableExecutionName }: Pick<InvokeRequest, 'tenantId' | 'durableExecutionName'>,
  { scope, carrier }: Pick<Context, 'scope' | 'carrier'>,
): Sighting {
  const sighting: Sighting = {
    reached: undefined,
    stopWatching: undefined,
    durableExecutionArn: undefined,
    nameIgnored: false,
  }
  const watchable = isNodeHandler(handler)
  const invocationId = randomUUID()
  const stack = command.middlewareStack

  stack.add(
    (next) => (args) => {
      // A middleware of the user's may come by here again after a request that went out.
      if (sighting.reached === undefined) attempt.ran = 'no'
      sighting.reached ??= false
      return next(args)
    },
    { name: 'resilientLambdaBegin', step: 'initialize', priority: 'high' },
  )

  stack.add(
    (next) => (args) => {
      const { headers } = (args as unknown as HttpArguments).request
      sighting.stopWatching?.()
      headers[INVOCATION_ID_HEADER] = invocationId
      headers['amz-sdk-request'] = `attempt=${attempt.number}`
      headers['user-agent'] = `${headers['user-agent'] ?? ''} resilient-lambda/${VERSION}`.trimStart()
      // Clients from before tenant isolation and durable functions do not know these and would drop them in silence.
      if (tenantId !== undefined) headers['x-amz-tenant-id'] = tenantId
      if (durableExecutionName !== undefined) headers['x-amz-durable-execution-name'] = durableExecutionName
      for (const name of TRACE_HEADERS) {
        const value = carrier?.[name]
        if (isHeaderValue(value)) headers[name] ??= value
      }
      if (watchable) sighting.stopWatching = watchWritten(invocationId, () => (attempt.ran = 'maybe'))
      return next(args)
    },
    { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', tags: ['RETRY'], override: true },
  )

  stack.add(
    (next) => async (args) => {
      // Credentials may come when nobody waits any more, and not every handler looks at the signal.
      if (scope.cancelled) throw new Error(scope.cancelled.message)
      sighting.reached = true
      const { headers } = (args as unknown as HttpArguments).request
      // A middleware of the user's may have taken away the header by which the request is watched.
      if (!watchable || headers[INVOCATION_ID_HEADER] !== invocationId) attempt.ran = 'maybe'
      const result = await next(args)
      noteHead(result as HttpResult, attempt, sighting, durableExecutionName)
      return result
    },
    { name: 'resilientLambdaReach', step: 'deserialize', priority: 'low' },
  )
  return sighting
}

/** Lambda sends the head of a 200 once the function has ended. */
function noteHead(
  { response }: HttpResult,
  attempt: LiveAttempt,
  sighting: Sighting,
  durableExecutionName: string | undefined,
): void {
  const requestId = response?.headers?.['x-amzn-requestid']
  if (requestId === undefined) return
  attempt.requestId = requestId
  if (response?.statusCode !== 200) return
  attempt.ran = 'yes'
  sighting.durableExecutionArn = response.headers?.['x-amz-durable-execution-arn']
  sighting.nameIgnored = durableExecutionName !== undefined && sighting.durableExecutionArn === undefined
}

/** What an observer puts into the carrier must not break the request. */
function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && /^[\t\x20-\x7e]+$/.test(value)
}

/** Only the SDK's own handler is known to speak through node:http, where writing can be watched. */
export function isNodeHandler(handler: object): boolean {
  return handler.constructor.name === 'NodeHttpHandler'
}
