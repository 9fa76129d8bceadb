import type { LocalLambda } from 'resilient-lambda/testing'
import type { FaultCase } from './fault-case.js'
import type { Traffic } from './traffic.js'

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

/** What goes wrong between the two ends, in the order in which a request meets it. */
export const SOCKET_FAULTS: readonly FaultCase[] = [...CONNECTIONS, ...BEFORE_REPLY, ...IN_REPLY]
