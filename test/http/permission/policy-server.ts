import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { randomUUID } from 'node:crypto'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { AlbPermissionOptions } from '../../../src/http/permission/settings.js'

export const ACCOUNT = '123456789012'
export const REGION = 'eu-west-1'
export const TARGET_GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/web/73e2d6bc24d8a067`
export const OTHER_GROUP = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/api/50dc6c495c0c9188`
export const QUOTE = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:quote`

type Operation = 'GetPolicy' | 'AddPermission' | 'RemovePermission'

interface Answer {
  readonly status: number
  readonly body?: unknown
  /** The name of an error. */
  readonly type?: string
}

interface Request {
  readonly operation: Operation
  /** The function's ARN, with the qualifier. */
  readonly place: string
  readonly body: Readonly<Record<string, string>>
}

/** Answers in Lambda's place, or lets it answer after something else has happened. */
type Intercept = (request: Request) => Answer | undefined

/** A part of Lambda: the resource-based policies of the function `quote`, its version 7 and its alias `live`. */
export interface PolicyServer {
  readonly reach: Pick<AlbPermissionOptions, 'endpoint' | 'credentials'>
  readonly requests: readonly Request[]
  /** The statements of a policy; set them to begin with others. */
  readonly policies: Map<string, readonly object[]>
  /** Called before each request is answered. */
  intercept: Intercept
  openSockets(): number
}

/** Source of the answers: what Lambda was recorded to answer. */
export async function startPolicyServer(): Promise<PolicyServer> {
  const known = new Set([QUOTE, `${QUOTE}:7`, `${QUOTE}:live`])
  const requests: Request[] = []
  const policies = new Map<string, readonly object[]>()
  const server = createServer((incoming, outgoing) => {
    void read(incoming).then((request) => {
      requests.push(request)
      const { status, body, type } = handled.intercept(request) ?? answerTo(request)
      const headers = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() }
      outgoing.writeHead(status, type === undefined ? headers : { ...headers, 'x-amzn-errortype': type })
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const handled: PolicyServer = {
    reach: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'SECRET' },
    },
    requests,
    policies,
    intercept: () => undefined,
    openSockets: () => sockets.size,
  }
  return handled

  function answerTo(request: Request): Answer {
    const { operation, place, body } = request
    const statements = policies.get(place)
    if (operation === 'GetPolicy') {
      if (!statements) return notFound('The resource you requested does not exist.')
      const policy = { Version: '2012-10-17', Id: 'default', Statement: statements }
      return { status: 200, body: { Policy: JSON.stringify(policy), RevisionId: randomUUID() } }
    }
    const id = body['StatementId'] ?? ''
    if (operation === 'AddPermission') {
      if (!known.has(place)) return notFound(`Function not found: ${place}`)
      if (statements?.some(hasId(id))) return idTaken(id)
      const statement = asLambdaWritesIt(place, body)
      policies.set(place, [...(statements ?? []), statement])
      return { status: 201, body: { Statement: JSON.stringify(statement) } }
    }
    if (!statements) return notFound('No policy is associated with the given resource.')
    const rest = statements.filter((statement) => !hasId(id)(statement))
    if (rest.length === statements.length) return notFound(`Statement ${id} is not found in resource policy.`)
    if (rest.length === 0) policies.delete(place)
    else policies.set(place, rest)
    return { status: 204 }
  }
}

async function read(incoming: IncomingMessage): Promise<Request> {
  const url = new URL(incoming.url ?? '', 'http://lambda')
  const [, , , functionName = '', , statementId] = url.pathname.split('/').map(decodeURIComponent)
  const qualifier = url.searchParams.get('Qualifier')
  const place = qualifier === null ? functionName : `${functionName}:${qualifier}`
  if (incoming.method === 'POST') {
    return { operation: 'AddPermission', place, body: (await json(incoming)) as Record<string, string> }
  }
  if (incoming.method === 'DELETE') {
    return { operation: 'RemovePermission', place, body: { StatementId: statementId ?? '' } }
  }
  return { operation: 'GetPolicy', place, body: {} }
}

function hasId(id: string): (statement: object) => boolean {
  return (statement) => 'Sid' in statement && statement.Sid === id
}

function asLambdaWritesIt(place: string, body: Readonly<Record<string, string>>): object {
  const {
    StatementId: id = '',
    Action: action,
    Principal: service,
    SourceArn: arn,
    SourceAccount: account,
  } = body
  return {
    Sid: id,
    Effect: 'Allow',
    Principal: { Service: service },
    Action: action,
    Resource: place,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': account },
      ArnLike: { 'AWS:SourceArn': arn },
    },
  }
}

export function idTaken(id: string): Answer {
  const message = `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`
  return { status: 409, type: 'ResourceConflictException', body: { Type: 'User', message } }
}

export function denied(message: string | null): Answer {
  return { status: 403, type: 'AccessDeniedException', body: { Message: message } }
}

function notFound(message: string): Answer {
  return { status: 404, type: 'ResourceNotFoundException', body: { Type: 'User', Message: message } }
}
