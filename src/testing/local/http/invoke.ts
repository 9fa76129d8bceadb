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
  const empty = { headers: {}, body: Buffer.alloc(0) }
  switch (invocationTypeOf(headers)) {
    case 'DryRun':
      return { status: 204, ...empty }
    case 'Event':
      around.inBackground(invokeWhenFree(fn, invocation))
      return { status: 202, ...empty }
    default:
      return invokeNow(fn, invocation, request)
  }
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
  { target, headers }: InvokeRequest,
): Promise<Reply> {
  const { durableExecutions: executions } = fn
  const withLog = headers['x-amz-log-type'] === 'Tail'
  const name = single(headers['x-amz-durable-execution-name'])
  const existing = executions?.find(name)
  const refused = executions && refuseDurable(invocation, target.qualifier, existing)
  if (refused) return refused
  if (existing) return report(await existing.result, existing.version, withLog, existing)
  if (!fn.slots.tryTake()) return throttled('ReservedFunctionConcurrentInvocationLimitExceeded')
  const result = fn.invoke(invocation)
  const begun = executions?.add(name, invocation, result)
  return report(await result, invocation.version, withLog, begun)
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
    ...(execution ? { 'x-amz-durable-execution-arn': execution.arn } : {}),
    ...(failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
    ...(withLog ? { 'x-amz-log-result': logResult } : {}),
  }
  return { status: 200, headers, body: Buffer.from(payload) }
}

async function invokeWhenFree(fn: LocalFunction, invocation: Invocation): Promise<void> {
  // Lambda would keep such an event for hours; nobody can wait for that here.
  if (fn.settings.reservedConcurrency === 0) return
  await fn.slots.take()
  await fn.invoke(invocation)
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
