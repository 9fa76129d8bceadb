import type { FaultScript } from './faults/script.js'
import type { ConnectionFault, Fault } from './faults/types.js'
import type { ConnectionRecord } from './http/listener.js'
import type { ExecutionRecord, RequestRecord } from './log.js'

/** What a client needs to reach the local Lambda; spread it into `new LambdaClient(…)` or `createInvoker(…)`. */
export interface ClientSettings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** A running local Lambda. */
export interface LocalLambda extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly endpoint: string
  readonly clientSettings: ClientSettings
  /** Every HTTP request received, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** Every run of handler code that has begun, oldest first. */
  readonly executions: readonly ExecutionRecord[]
  readonly openSockets: number
  /** @throws {InvalidSettingError} when there is no such function. */
  requestsOf(name: string): readonly RequestRecord[]
  /** @throws {InvalidSettingError} when there is no such function. */
  executionsOf(name: string): readonly ExecutionRecord[]
  /**
   * The script of what is to go wrong with requests for this function; predicates see the request's head.
   *
   * @throws {InvalidSettingError} when there is no such function.
   */
  faults(name: string): FaultScript<Fault, RequestRecord>
  /** The script of what is to go wrong with new connections. */
  readonly connectionFaults: FaultScript<ConnectionFault, ConnectionRecord>
  /** Stops listening, so that a connect fails with ECONNREFUSED, and closes idle connections; those in use finish. */
  refuseConnections(): Promise<void>
  /** Listens again, on the same port. @throws Error after `stop`, or when the port has been taken meanwhile. */
  acceptConnections(): Promise<void>
  /** Forgets both logs, every script and the names of durable executions; environments stay warm. */
  reset(): void
  /** Resolves once no request is being answered and no event is being worked off. */
  settled(): Promise<void>
  /** Resolves once the condition holds; it is asked again after every change. @throws Error when `stop` comes first. */
  until(condition: (local: LocalLambda) => boolean): Promise<void>
  /** Ends everything, also what is under way: no socket, timer or worker is left. May be called again. */
  stop(): Promise<void>
}
