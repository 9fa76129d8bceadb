import { Worker } from 'node:worker_threads'
import type { Lifetime } from '../lifetime.js'
import type { FunctionSettings } from '../parse-function.js'
import { STOPPED } from './environment.js'
import type { Ended, Environment, EnvironmentBase } from './environment.js'
import { exited, outOfMemory, timedOut } from './function-errors.js'
import type { FunctionErrorPayload } from './function-errors.js'
import type { Work } from './node-runtime.js'
import { WORKER_CODE } from './worker-main.js'
import type { FromWorker, WorkerSettings } from './worker-main.js'

interface InWorker extends EnvironmentBase {
  readonly code: WorkerSettings
  readonly variables: Readonly<Record<string, string>>
}

interface Exit {
  readonly type: 'exit'
  readonly code: number
  readonly cause: unknown
}
type Heard = Exclude<FromWorker, { type: 'log' }> | Exit

/** Runs a handler module in a worker thread of its own, which its time limit, its memory or itself can end. */
export class WorkerEnvironment implements Environment {
  readonly id: string
  readonly logStreamName: string
  readonly #code: WorkerSettings
  readonly #variables: Readonly<Record<string, string>>
  readonly #settings: FunctionSettings
  readonly #lifetime: Lifetime
  #worker: Worker | undefined
  #alive = true
  #output = ''
  #listener: ((heard: Heard) => void) | undefined

  constructor({ id, logStreamName, code, variables, settings, lifetime }: InWorker) {
    this.id = id
    this.logStreamName = logStreamName
    this.#code = code
    this.#variables = variables
    this.#settings = settings
    this.#lifetime = lifetime
  }

  get alive(): boolean {
    return this.#alive
  }

  async start(requestId: string): Promise<FunctionErrorPayload | undefined> {
    const { coldStartMs, initTimeoutMs } = this.#settings
    await this.#lifetime.sleep(coldStartMs)
    const heard = this.#hear()
    this.#spawn()
    const ended = await this.#within(initTimeoutMs, heard, requestId)
    return ended.outcome === 'success' ? undefined : ended.error
  }

  run(work: Work): Promise<Ended> {
    const heard = this.#hear()
    this.#worker?.postMessage(work)
    return this.#within(this.#settings.timeoutMs, heard, work.context.awsRequestId)
  }

  takeOutput(): string {
    const output = this.#output
    this.#output = ''
    return output
  }

  async stop(): Promise<void> {
    this.#alive = false
    await this.#worker?.terminate()
  }

  #spawn(): void {
    const { memoryMb } = this.#settings
    const worker = new Worker(WORKER_CODE, {
      eval: true,
      env: { ...this.#variables },
      workerData: this.#code,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    })
    let cause: unknown
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'log') this.#output += message.text
      else this.#tell(message)
    })
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', (code) => this.#tell({ type: 'exit', code, cause }))
    this.#worker = worker
  }

  #hear(): Promise<Heard> {
    return new Promise((resolve) => {
      this.#listener = resolve
    })
  }

  #tell(heard: Heard): void {
    this.#listener?.(heard)
    // It may die between two invocations, when nobody listens.
    if (heard.type === 'exit' || (heard.type === 'failed' && heard.fatal)) void this.stop()
  }

  async #within(limitMs: number, heard: Promise<Heard>, requestId: string): Promise<Ended> {
    const limit = this.#lifetime.timer(limitMs)
    const first = await Promise.race([heard, limit.done])
    limit.cancel()
    if (first === 'stopped') return STOPPED
    if (first !== 'elapsed') return endOf(first, requestId)
    return { outcome: 'timeout', error: timedOut(requestId, limitMs), over: true }
  }
}

function endOf(heard: Heard, requestId: string): Ended {
  if (heard.type === 'exit') return { outcome: 'killed', error: errorOfExit(heard, requestId), over: true }
  if (heard.type === 'failed') {
    return { outcome: heard.fatal ? 'killed' : 'error', error: heard.error, over: heard.fatal }
  }
  return { outcome: 'success', payload: heard.type === 'ready' ? 'null' : heard.payload }
}

function errorOfExit({ code, cause }: Exit, requestId: string): FunctionErrorPayload {
  const isOutOfMemory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isOutOfMemory ? outOfMemory(requestId) : exited(requestId, code)
}
