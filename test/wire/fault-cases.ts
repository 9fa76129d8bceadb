import { fileURLToPath } from 'node:url'
import type {
  ConnectionFault,
  Fault,
  FunctionConfig,
  LambdaHandler,
  LocalLambda,
} from 'resilient-lambda/testing'
import type { Traffic } from './traffic.js'

/** One way for a call to go wrong, and the error a caller should get for it. */
export interface FaultCase {
  readonly name: string
  /** `code, kind, may have run` or `code, kind, did not run`; where the race between two ends decides, all that are true. */
  readonly answer: string | readonly string[]
  /** Where it goes wrong: in requests, in connections, before any connection, or in the function itself. */
  readonly fault?: Fault
  readonly connectionFault?: ConnectionFault
  readonly refused?: true
  readonly code?: LambdaHandler | FunctionConfig
  /** A payload that no socket buffer takes whole. */
  readonly large?: true
  /** A call before it, which leaves a connection to use again. */
  readonly primed?: true
  /** Nothing will ever come; true once that many attempts have got as far as they will. */
  readonly stuck?: (local: LocalLambda, traffic: Traffic, attempts: number) => boolean
  /** What the SDK needs to give up at all where its defaults wait for ever; `false` leaves it out of the table. */
  readonly sdk?: object | false
}

const FAILING = fileURLToPath(new URL('handlers/failing.mjs', import.meta.url))
const UNLOADABLE = fileURLToPath(new URL('handlers/unloadable.mjs', import.meta.url))
const SDK_TIMEOUTS = { requestTimeout: 250, throwOnRequestTimeout: true, socketTimeout: 250 }
const FOR_EVER = '1h'

const atServer = (local: LocalLambda, attempts: number): boolean =>
  local.requests.length === attempts && local.requests.every(({ whole }) => whole)
const answeredHead = (local: LocalLambda, traffic: Traffic, attempts: number): boolean =>
  atServer(local, attempts) && traffic.heads === attempts
const executed = (local: LocalLambda, attempts: number): boolean =>
  local.executions.filter(({ outcome }) => outcome === 'success').length === attempts

const CONNECTIONS: readonly FaultCase[] = [
  { name: 'connection refused', refused: true, answer: 'ConnectionRefused, transient, did not run' },
  {
    name: 'connection reset at once',
    connectionFault: { type: 'resetOnConnect' },
    // A client that was quick enough has written its request by then, and cannot know that nobody read it.
    answer: [
      'ConnectionResetOnConnect, transient, did not run',
      'ConnectionReset, transient, did not run',
      'BrokenPipe, transient, did not run',
      'ConnectionReset, transient, may have run',
    ],
  },
  {
    name: 'connection that nobody answers on',
    connectionFault: { type: 'hangBeforeAccept' },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: (local, traffic, attempts) => local.openSockets === 1 && traffic.written === attempts,
    sdk: false,
  },
  {
    name: 'connection that nobody reads from, large payload',
    connectionFault: { type: 'hangBeforeAccept' },
    large: true,
    answer: 'AttemptTimedOut, transient, did not run',
    // What is in the kernel's buffers hides the client's end from a server that does not read.
    stuck: (local, traffic, attempts) => local.openSockets === attempts && traffic.started === attempts,
    sdk: false,
  },
  {
    name: 'stale keep-alive connection',
    fault: { type: 'staleKeepAlive' },
    primed: true,
    answer: 'ConnectionReset, transient, may have run',
  },
]

const BEFORE_REPLY: readonly FaultCase[] = [
  {
    name: 'reset while the request is written',
    fault: { type: 'resetWhileReading' },
    large: true,
    answer: ['ConnectionReset, transient, did not run', 'BrokenPipe, transient, did not run'],
  },
  {
    name: 'reset half-way through the request',
    fault: { type: 'resetWhileReading', afterBytes: 100_000 },
    large: true,
    answer: ['ConnectionReset, transient, did not run', 'BrokenPipe, transient, did not run'],
  },
  {
    name: 'reset after the request, function not run',
    fault: { type: 'resetAfterReading' },
    answer: 'ConnectionReset, transient, may have run',
  },
  {
    name: 'reset after the request, function run',
    fault: { type: 'resetAfterReading', executed: true },
    answer: 'ConnectionReset, transient, may have run',
  },
  {
    name: 'hang-up after the request, function not run',
    fault: { type: 'closeAfterReading' },
    answer: 'ConnectionReset, transient, may have run',
  },
  {
    name: 'hang-up after the request, function run',
    fault: { type: 'closeAfterReading', executed: true },
    answer: 'ConnectionReset, transient, may have run',
  },
  {
    name: 'reply that never begins, function not run',
    fault: { type: 'stallHead' },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: (local, _, attempts) => atServer(local, attempts),
    sdk: SDK_TIMEOUTS,
  },
  {
    name: 'reply that never begins, function run',
    fault: { type: 'stallHead', executed: true },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: (local, _, attempts) => executed(local, attempts),
    sdk: SDK_TIMEOUTS,
  },
  {
    name: 'reply held back',
    fault: { type: 'latency', after: FOR_EVER },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: (local, _, attempts) => executed(local, attempts),
    sdk: false,
  },
]

const IN_REPLY: readonly FaultCase[] = [
  {
    name: 'reply cut half-way by a reset',
    fault: { type: 'cutReply', mode: 'rst' },
    answer: 'ResponseCut, transient, may have run',
  },
  {
    name: 'reply cut half-way by a hang-up',
    fault: { type: 'cutReply', mode: 'fin' },
    answer: 'ResponseCut, transient, may have run',
  },
  {
    name: 'reply that stops half-way',
    fault: { type: 'stallReply' },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: answeredHead,
    sdk: SDK_TIMEOUTS,
  },
  {
    name: 'reply whose head trickles',
    fault: { type: 'slowHead', every: FOR_EVER },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: (local, _, attempts) => executed(local, attempts),
    sdk: false,
  },
  {
    name: 'reply whose body trickles',
    fault: { type: 'slowBody', every: FOR_EVER },
    answer: 'AttemptTimedOut, transient, may have run',
    stuck: answeredHead,
    sdk: false,
  },
  {
    name: 'garbage instead of HTTP, function not run',
    fault: { type: 'garbage' },
    answer: 'MalformedResponse, transient, may have run',
  },
  {
    name: 'garbage instead of HTTP, function run',
    fault: { type: 'garbage', executed: true },
    answer: 'MalformedResponse, transient, may have run',
  },
]

const INSTEAD_OF_LAMBDA: readonly FaultCase[] = [
  ...([502, 503, 504] as const).map((status) => ({
    name: `${status} page of a proxy, function run`,
    fault: { type: 'html', status, executed: true } as const,
    answer: `${{ 502: 'BadGateway', 503: 'GatewayUnavailable', 504: 'GatewayTimeout' }[status]}, transient, may have run`,
  })),
  {
    name: '403 page of a proxy',
    fault: { type: 'html', status: 403 },
    answer: 'Forbidden, permission, did not run',
  },
  {
    name: '407 page of a proxy',
    fault: { type: 'html', status: 407 },
    answer: 'ProxyAuthenticationRequired, permission, did not run',
  },
  { name: 'redirect', fault: { type: 'redirect' }, answer: 'UnexpectedRedirect, config, did not run' },
]

const IN_FUNCTION: readonly FaultCase[] = [
  {
    name: 'error thrown by the handler',
    code: { module: FAILING, export: 'throws' },
    answer: 'FunctionError, function, may have run',
  },
  {
    name: 'time limit of the function',
    code: { module: FAILING, export: 'hangs', timeout: '50ms' },
    answer: 'Sandbox.Timedout, function, may have run',
  },
  {
    name: 'out of memory',
    code: { module: FAILING, export: 'hoards', timeout: '1m' },
    answer: 'Runtime.OutOfMemory, function, may have run',
  },
  {
    name: 'process.exit',
    code: { module: FAILING, export: 'exits' },
    answer: 'Runtime.ExitError, function, may have run',
  },
  {
    name: 'unhandled rejection',
    code: { module: FAILING, export: 'rejects' },
    answer: 'Runtime.UnhandledPromiseRejection, function, may have run',
  },
  {
    name: 'promise that never settles',
    code: { module: FAILING, export: 'neverSettles' },
    answer: 'Runtime.NodeJsExit, function, may have run',
  },
  {
    name: 'module that cannot be loaded',
    code: { module: UNLOADABLE },
    answer: 'Runtime.ImportModuleError, function, did not run',
  },
]

/** Errors of Lambda itself; the others are in the catalogue's own test, since the SDK's waits for throttles take seconds. */
const BY_LAMBDA: readonly FaultCase[] = [
  {
    name: '500 ServiceException, function run',
    fault: { type: 'error', name: 'ServiceException', executed: true },
    answer: 'ServiceException, transient, may have run',
  },
  {
    name: '502 EC2UnexpectedException',
    fault: { type: 'error', name: 'EC2UnexpectedException' },
    answer: 'EC2UnexpectedException, transient, did not run',
  },
  {
    name: '502 KMSAccessDeniedException',
    fault: { type: 'error', name: 'KMSAccessDeniedException' },
    answer: 'KMSAccessDeniedException, config, did not run',
  },
  {
    name: '409 SnapStartNotReadyException',
    fault: { type: 'error', name: 'SnapStartNotReadyException' },
    answer: 'SnapStartNotReadyException, starting, did not run',
  },
  {
    name: '404 ResourceNotFoundException',
    fault: { type: 'error', name: 'ResourceNotFoundException' },
    answer: 'ResourceNotFoundException, request, did not run',
  },
]

/** Every fault that the table of faults shows, in its order. */
export const FAULT_CASES: readonly FaultCase[] = [
  ...CONNECTIONS,
  ...BEFORE_REPLY,
  ...IN_REPLY,
  ...INSTEAD_OF_LAMBDA,
  ...BY_LAMBDA,
  ...IN_FUNCTION,
]
