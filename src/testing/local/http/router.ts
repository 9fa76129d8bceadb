import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { applyFault } from '../faults/apply.js'
import type { FaultScript } from '../faults/script.js'
import type { Fault } from '../faults/types.js'
import type { Lifetime } from '../lifetime.js'
import type { Log, RequestRecord } from '../log.js'
import type { Place } from '../parse-options.js'
import type { LocalFunction } from '../runtime/local-function.js'
import { configurationReply } from './configuration.js'
import { invocationTypeOf, invokeReply, single } from './invoke.js'
import { reset } from './raw-socket.js'
import { readBody } from './read-body.js'
import { headersOf, serviceError } from './reply.js'
import type { Reply } from './reply.js'
import { constraintFailed, parseTarget } from './target.js'
import type { Target } from './target.js'

interface Surroundings {
  readonly place: Place
  readonly functions: ReadonlyMap<string, LocalFunction>
  readonly scripts: ReadonlyMap<string, FaultScript<Fault, RequestRecord>>
  readonly log: Log
  readonly lifetime: Lifetime
  readonly inBackground: (work: Promise<unknown>) => void
  readonly connectionOf: (socket: Socket) => number
}

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/(invocations|configuration)\/?$/
const METHODS: Readonly<Record<string, string>> = { invocations: 'POST', configuration: 'GET' }

/** Makes what answers one HTTP request after the other. */
export function createRouter(
  around: Surroundings,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { log, lifetime, place } = around
  const retired = new WeakSet<Socket>()

  return async function route(request, response) {
    const { socket, headers } = request
    const target = targetOf(request, place)
    const record = log.request(headOf(request, target, around.connectionOf(socket)))
    const { requestId } = record
    if (retired.has(socket)) {
      log.update(record, { fault: { type: 'staleKeepAlive' } })
      return reset(socket)
    }
    const fault = (isTarget(target) && around.scripts.get(target.name)?.take(record)) || undefined
    const isCutOff = fault?.type === 'resetWhileReading'
    log.update(record, { fault })
    const { bytes: body, whole } = await readBody(request, isCutOff ? (fault.afterBytes ?? 0) : Infinity)
    log.update(record, { bodyBytes: body.length, whole })
    if (!whole && !isCutOff) return
    await applyFault(fault ?? { type: 'none' }, {
      socket,
      requestId,
      run: async () => {
        if (!isTarget(target)) return target
        if (request.method === METHODS['configuration']) return configurationReply(target, around)
        return invokeReply({ requestId, target, headers, body }, around)
      },
      send: (reply) => send(reply, record, response),
      noteStatus: (status) => log.update(record, { status }),
      sleep: (ms) => lifetime.sleep(ms),
      retire: () => retired.add(socket),
    })
  }

  async function send(reply: Reply, record: RequestRecord, response: ServerResponse): Promise<void> {
    log.update(record, { status: reply.status })
    if (response.destroyed) return
    response.writeHead(reply.status, headersOf(reply, record.requestId))
    await new Promise<void>((resolve) => {
      response.once('error', () => resolve())
      response.once('close', resolve)
      response.end(reply.body, resolve)
    })
  }
}

function isTarget(target: Target | Reply): target is Target {
  return 'name' in target
}

function targetOf({ method, url = '/' }: IncomingMessage, place: Place): Target | Reply {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  const [, encoded, operation = ''] = PATH.exec(pathname) ?? []
  if (encoded === undefined || method !== METHODS[operation]) {
    return serviceError(
      'UnknownOperationException',
      `The local Lambda invokes functions and tells their configuration: it has no ${method} ${pathname}.`,
    )
  }
  try {
    return parseTarget(decodeURIComponent(encoded), searchParams.get('Qualifier') ?? undefined, place)
  } catch {
    return constraintFailed('functionName', encoded, 'valid percent-encoding')
  }
}

function headOf(
  { method = '', url = '', headers }: IncomingMessage,
  target: Target | Reply,
  connection: number,
) {
  return {
    connection,
    requestId: randomUUID(),
    method,
    path: url,
    function: isTarget(target) ? target.name : undefined,
    qualifier: isTarget(target) ? target.qualifier : undefined,
    invocationType: invocationTypeOf(headers),
    tenantId: single(headers['x-amz-tenant-id']),
    traceId: single(headers['x-amzn-trace-id']),
    durableExecutionName: single(headers['x-amz-durable-execution-name']),
    headers,
  }
}
