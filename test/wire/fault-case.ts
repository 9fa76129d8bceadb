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
