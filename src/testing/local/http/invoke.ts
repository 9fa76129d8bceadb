import type { IncomingHttpHeaders } from 'node:http'
import type { Place } from '../parse-options.js'
import type { DurableExecution } from '../runtime/durable-executions.js'
import type { Invocation, Invoked, LocalFunction } from '../runtime/local-function.js'
import { refuseDurable } from './durable.js'
import { serviceError, throttled } from './reply.js'
import type { Reply } from './reply.js'
import { arnOf, constraintFailed, notFound } from './target.js'
import type { Target } from './target.js'

/** One Invoke request that was read whole. */
export interface InvokeRequest {
  readonly requestId: string
  readonly target: Target
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface Surroundings {
  readonly place: Place
  readonly functions: ReadonlyMap<string, LocalFunction>
  /** Takes over what goes on after the reply. */
  readonly inBackground: (work: Promise<unknown>) => void
}

const BODY_LIMITS_BYTES: Record<string, number> = {
  RequestResponse: 6_291_456,
  DryRun: 6_291_456,
  Event: 1_048_576,
}
const CLIENT_CONTEXT_LIMIT_BYTES = 3_583
const TENANT_ID = /^[a-zA-Z0-9._:/=+\-@ ]{1,256}$/
const DURABLE_EXECUTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/

/** Checks the request as Lambda does, and runs the handler if it holds. */
export async function invokeReply(request: InvokeRequest, around: Surroundings): Promise<Reply> {
  const { target, headers } = request
  const fn = around.functions.get(target.name)
  const version = fn?.versionOf(target.qualifier)
  if (!fn || version === undefined) return notFound(target, around.place)
  const refused = checkRequest(request)
  if (refused) return refused
  const clientContext = readClientContext(single(headers['x-amz-client-context']))
  if (clientContext === 'refused') return invalidContent('Client context must be base64 of a JSON object.')
  const invocation = {
    requestId: request.requestId,
    version,
    eventJson: eventOf(request.body),
    functionArn: arnOf(target.name, target.qualifier, around.place),
    clientContext,
    tenantId: single(headers['x-amz-tenant-id']),
    traceId: single(headers['x-amzn-trace-id']),
  }
  const type = invocationTypeOf(headers)
  if (type === 'DryRun') return { status: 204, headers: {}, body: Buffer.alloc(0) }
  const name = single(headers['x-amz-durable-execution-name'])
  const existing = fn.durableExecutions?.find(name)
  const refusedAsDurable = fn.durableExecutions && refuseDurable(invocation, target.qualifier, existing)
  if (refusedAsDurable) return refusedAsDurable
  if (type === 'Event') {
    const execution = existing ?? invokeWhenFree(fn, invocation, name, around)
    return { status: 202, headers: arnIn(execution), body: Buffer.alloc(0) }
  }
  const withLog = headers['x-amz-log-type'] === 'Tail'
  if (existing) return report(await existing.result, existing.version, withLog, existing)
  return invokeNow(fn, invocation, name, withLog)
}

/** The invocation type asked for, whatever it is. */
export function invocationTypeOf(headers: IncomingHttpHeaders): string {
  return single(headers['x-amz-invocation-type']) ?? 'RequestResponse'
}

/** The value of a header of which only one can be meant. */
export function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

async function invokeNow(
  fn: LocalFunction,
  invocation: Invocation,
  name: string | undefined,
  withLog: boolean,
): Promise<Reply> {
  if (!fn.slots.tryTake()) return throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
  const result = fn.invoke(invocation)
  const begun = fn.durableExecutions?.add(name, invocation, result)
  return report(await result, invocation.version, withLog, begun)
}

function invokeWhenFree(
  fn: LocalFunction,
  invocation: Invocation,
  name: string | undefined,
  { inBackground }: Surroundings,
): DurableExecution | undefined {
  // Lambda would keep such an event for hours; nobody can wait for that here.
  if (fn.settings.reservedConcurrency === 0) return undefined
  const result = fn.slots.take().then(() => fn.invoke(invocation))
  inBackground(result)
  return fn.durableExecutions?.add(name, invocation, result)
}

function report(
  { payload, failed, logResult }: Invoked,
  version: string,
  withLog: boolean,
  execution: DurableExecution | undefined,
): Reply {
  const headers = {
    'content-type': 'application/json',
    'x-amz-executed-version': version,
    ...arnIn(execution),
    ...(failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
    ...(withLog ? { 'x-amz-log-result': logResult } : {}),
  }
  return { status: 200, headers, body: Buffer.from(payload) }
}

function arnIn(execution: DurableExecution | undefined): Readonly<Record<string, string>> {
  return execution ? { 'x-amz-durable-execution-arn': execution.arn } : {}
}

function checkRequest({ headers, body }: InvokeRequest): Reply | undefined {
  const type = invocationTypeOf(headers)
  const limitBytes = BODY_LIMITS_BYTES[type]
  if (limitBytes === undefined)
    return constraintFailed('invocationType', type, Object.keys(BODY_LIMITS_BYTES).join('|'))
  const tenantId = single(headers['x-amz-tenant-id'])
  if (tenantId !== undefined && !TENANT_ID.test(tenantId)) {
    return constraintFailed('tenantId', tenantId, TENANT_ID.source)
  }
  const durableName = single(headers['x-amz-durable-execution-name'])
  if (durableName !== undefined && !DURABLE_EXECUTION_NAME.test(durableName)) {
    return constraintFailed('durableExecutionName', durableName, DURABLE_EXECUTION_NAME.source)
  }
  if (body.length > limitBytes) {
    const message = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`
    return serviceError('RequestTooLargeException', message)
  }
  try {
    JSON.parse(eventOf(body))
    return undefined
  } catch (error) {
    return invalidContent(`Could not parse request body into json: ${(error as Error).message}`)
  }
}

/** No payload at all reaches the handler as an empty object. */
function eventOf(body: Buffer): string {
  return body.length === 0 ? '{}' : body.toString('utf8')
}

function readClientContext(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined
  if (base64.length > CLIENT_CONTEXT_LIMIT_BYTES) return 'refused'
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
    return typeof value === 'object' && value !== null ? value : 'refused'
  } catch {
    return 'refused'
  }
}

function invalidContent(message: string): Reply {
  return serviceError('InvalidRequestContentException', message)
}
