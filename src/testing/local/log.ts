import type { IncomingHttpHeaders } from 'node:http'
import type { Fault } from './faults/types.js'

/** One HTTP request the server has received, from its head onwards; filled in while it is being answered. */
export interface RequestRecord {
  /** 1 for the first request of this server. */
  readonly number: number
  /** Which connection it came on, 1 for the first: two requests with one number shared a socket. */
  readonly connection: number
  readonly requestId: string
  readonly method: string
  readonly path: string
  /** The bare name; undefined when the path names no function. */
  readonly function: string | undefined
  readonly qualifier: string | undefined
  readonly invocationType: string
  readonly tenantId: string | undefined
  /** The `x-amzn-trace-id` header. */
  readonly traceId: string | undefined
  readonly durableExecutionName: string | undefined
  readonly headers: IncomingHttpHeaders
  /** How much of the body has been read. */
  readonly bodyBytes: number
  /** Whether the body was read to its last byte. */
  readonly whole: boolean
  /** The HTTP status sent; undefined while there is none. */
  readonly status: number | undefined
  /** The scripted fault that was applied, if any. */
  readonly fault: Fault | undefined
}

/** How a run of handler code ended: `'killed'` when its environment died or the server was stopped under it. */
export type ExecutionOutcome = 'running' | 'success' | 'error' | 'timeout' | 'killed'

/** One run of handler code that has begun: what tests count to learn how often a function ran. */
export interface ExecutionRecord {
  /** 1 for the first execution of this server. */
  readonly number: number
  readonly function: string
  readonly version: string
  readonly requestId: string
  readonly event: unknown
  /** Whether it was the first in its environment. */
  readonly coldStart: boolean
  /** The environment it ran in, such as `quote:$LATEST#1`. */
  readonly environment: string
  readonly outcome: ExecutionOutcome
  /** The `errorType` it was answered with, if any. */
  readonly errorType: string | undefined
  /** Undefined while it is running. */
  readonly durationMs: number | undefined
}

type Open<T> = { -readonly [K in keyof T]: T[K] }
type OpenRequest = Open<RequestRecord>
type OpenExecution = Open<ExecutionRecord>

/** What has happened, in order; every change is told to `changed`. */
export class Log {
  readonly #changed: () => void
  #requests: OpenRequest[] = []
  #executions: OpenExecution[] = []
  #requestCount = 0
  #executionCount = 0

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests
  }

  get executions(): readonly ExecutionRecord[] {
    return this.#executions
  }

  request(head: Omit<RequestRecord, 'number' | 'bodyBytes' | 'whole' | 'status' | 'fault'>): RequestRecord {
    const progress = { bodyBytes: 0, whole: false, status: undefined, fault: undefined }
    const record = { number: ++this.#requestCount, ...head, ...progress }
    this.#requests.push(record)
    this.#changed()
    return record
  }

  execution(
    begun: Omit<ExecutionRecord, 'number' | 'outcome' | 'errorType' | 'durationMs'>,
  ): ExecutionRecord {
    const open = { outcome: 'running' as const, errorType: undefined, durationMs: undefined }
    const record = { number: ++this.#executionCount, ...begun, ...open }
    this.#executions.push(record)
    this.#changed()
    return record
  }

  update(record: RequestRecord, change: Partial<RequestRecord>): void
  update(record: ExecutionRecord, change: Partial<ExecutionRecord>): void
  update(record: object, change: object): void {
    Object.assign(record, change)
    this.#changed()
  }

  clear(): void {
    this.#requests = []
    this.#executions = []
    this.#changed()
  }
}
