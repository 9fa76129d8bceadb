import type { Duration } from '../../core/duration.js'
import type { LambdaHandler } from './runtime/context.js'

/** Handler code in a file, loaded into a worker thread. */
export interface HandlerModule {
  /** A path, absolute or from the working directory, or a file URL. */
  readonly module: string | URL
  /** The name of the exported handler. Default `'handler'`. */
  readonly export?: string
}

/** One function of the local Lambda: its code, in this process or as a module in workers, and its settings. */
export interface FunctionConfig {
  /** Runs in this process: fast, but nothing can kill it and its output is not captured. */
  readonly handler?: LambdaHandler
  /** Runs in a worker thread per environment, as `HandlerModule.module`. */
  readonly module?: string | URL
  readonly export?: string
  /** Default `'3s'`, at most 15 minutes. */
  readonly timeout?: Duration
  /** The heap of a worker, in MB. Default 128, at most 10,240. */
  readonly memoryMb?: number
  /** How many invocations may run at once; more get a 429, and 0 refuses all. Default no limit. */
  readonly reservedConcurrency?: number
  /** What each new environment takes longer to start. Default none. */
  readonly coldStart?: Duration
  /** How long a worker may take to load its module. Default `'10s'`. */
  readonly initTimeout?: Duration
  /** Published versions by number; `$LATEST` is the code above. */
  readonly versions?: Readonly<Record<string, LambdaHandler | HandlerModule>>
  /** The version each alias points to. */
  readonly aliases?: Readonly<Record<string, string>>
  /**
   * Whether it is a durable function, as its callers see one: it is called by a version or alias, each reply has the
   * execution's ARN, and the name and payload of an execution bring back that one, also where it is invoked as an
   * event. The handler gets the event itself and runs in one go. Default `false`: a name is then ignored.
   */
  readonly durable?: boolean
  /** Environment variables of the workers. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What the local Lambda is to run, and where it says that it is. */
export interface LocalLambdaOptions {
  readonly functions: Readonly<Record<string, LambdaHandler | FunctionConfig>>
  /** Default `'us-east-1'`. */
  readonly region?: string
  /** Twelve digits. Default `'123456789012'`. */
  readonly accountId?: string
  /** The port on 127.0.0.1. Default any free one. */
  readonly port?: number
}
