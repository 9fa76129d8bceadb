import type { Lifetime } from '../lifetime.js'
import type { FunctionSettings } from '../parse-function.js'
import type { FunctionErrorPayload } from './function-errors.js'
import type { Work } from './node-runtime.js'

/** How a run of the handler ended; `over` when its environment must not be used again. */
export type Ended =
  | { readonly outcome: 'success'; readonly payload: string }
  | {
      readonly outcome: 'error' | 'timeout' | 'killed'
      readonly error: FunctionErrorPayload
      readonly over: boolean
    }

/** One execution environment: runs one invocation at a time, and stays warm for the next. */
export interface Environment {
  readonly id: string
  readonly logStreamName: string
  /** False once it has died by itself, even between two invocations. */
  readonly alive: boolean
  /** Loads the handler; answers what went wrong, in which case no handler code has run. */
  start(requestId: string): Promise<FunctionErrorPayload | undefined>
  run(work: Work): Promise<Ended>
  /** What the handler has printed since it was last asked. */
  takeOutput(): string
  stop(): Promise<void>
}

/** What every environment is made from. */
export interface EnvironmentBase {
  readonly id: string
  readonly logStreamName: string
  readonly settings: FunctionSettings
  readonly lifetime: Lifetime
}

/** The answer for an invocation whose environment was stopped from outside; nobody is left to read it. */
export const STOPPED: Ended = {
  outcome: 'killed',
  error: { errorType: 'Sandbox.Failure', errorMessage: 'The local Lambda was stopped.' },
  over: true,
}
