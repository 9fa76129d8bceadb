import type { MessagePort } from 'node:worker_threads'
import type { LambdaHandler } from './context.js'
import type { FunctionErrorPayload } from './function-errors.js'
import { nodeRuntime } from './node-runtime.js'
import type { NodeRuntime, Work } from './node-runtime.js'

/** What a worker tells its environment. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'succeeded'; readonly payload: string }
  /** `fatal` when no further invocation may run in this worker. */
  | { readonly type: 'failed'; readonly error: FunctionErrorPayload; readonly fatal: boolean }

export interface WorkerSettings {
  readonly moduleUrl: string
  readonly exportName: string
}

interface LoadedModule {
  readonly [exportName: string]: unknown
  /** All the exports of a CommonJS module. */
  readonly default?: Readonly<Record<string, unknown>>
}

interface Surroundings {
  readonly port: MessagePort
  readonly settings: WorkerSettings
  readonly load: (url: string) => Promise<LoadedModule>
  readonly format: (...values: unknown[]) => string
  readonly console: Record<string, (...values: unknown[]) => void>
  readonly runtime: NodeRuntime
}

/** The life of a worker. It travels as source text, so it must not refer to anything outside itself. */
function workerMain({ port, settings, load, format, console, runtime }: Surroundings): void {
  let requestId = ''
  let whenLoopIsEmpty: (() => void) | undefined
  const tell = (message: FromWorker): void => port.postMessage(message)
  const fail = (error: FunctionErrorPayload, fatal: boolean): void => tell({ type: 'failed', error, fatal })

  function write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    tell({ type: 'log', text: typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk) })
    const callback = rest.at(-1)
    if (typeof callback === 'function') callback()
    return true
  }

  function captureOutput(): void {
    process.stdout.write = write
    process.stderr.write = write
    const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' }
    for (const [method, level] of Object.entries(levels)) {
      console[method] = (...values) => {
        write(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...values)}\n`)
      }
    }
  }

  function dieOfStrayErrors(): void {
    process.on('uncaughtException', (error) => fail(runtime.describe(error), true))
    process.on('unhandledRejection', (reason) => {
      const { trace = [] } = runtime.describe(reason)
      fail({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: String(reason), trace }, true)
    })
  }

  function reportUnloadable(thrown: unknown): void {
    const error = runtime.describe(thrown)
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    const errorMessage = `${error.errorType}: ${error.errorMessage}`
    // Lambda's runtime makes an error of its own here: its trace has no frame of the function.
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
      fail({ errorType: 'Runtime.ImportModuleError', errorMessage, trace: [] }, true)
    } else if (thrown instanceof SyntaxError) {
      fail({ errorType: 'Runtime.UserCodeSyntaxError', errorMessage, trace: [] }, true)
    } else fail(error, true)
  }

  function serve(module: LoadedModule): void {
    const exported = module[settings.exportName] ?? module.default?.[settings.exportName]
    if (typeof exported !== 'function') {
      const errorMessage = `${settings.exportName} is undefined or not a function`
      fail({ errorType: 'Runtime.HandlerNotFound', errorMessage, trace: [] }, true)
      return
    }
    const handler = exported as LambdaHandler
    port.on('message', (work: Work) => void run(handler, work))
    process.on('beforeExit', () => whenLoopIsEmpty?.())
    tell({ type: 'ready' })
  }

  async function run(handler: LambdaHandler, work: Work): Promise<void> {
    requestId = work.context.awsRequestId
    if (work.traceId !== undefined) process.env['_X_AMZN_TRACE_ID'] = work.traceId
    else delete process.env['_X_AMZN_TRACE_ID']
    // The port alone would keep the loop from ever running empty, which Lambda's runtime reacts to.
    port.unref()
    const answer = await runtime.invoke(handler, work, (act) => (whenLoopIsEmpty = act))
    port.ref()
    if ('payload' in answer) tell({ type: 'succeeded', payload: answer.payload })
    else fail(answer.error, false)
  }

  captureOutput()
  dieOfStrayErrors()
  load(settings.moduleUrl).then(serve, reportUnloadable)
}

/**
 * The code of a worker, as text: the same whether the caller runs our built files or our TypeScript sources.
 *
 * `__name` stands in for the helper that bundlers which keep function names call inside of functions.
 */
export const WORKER_CODE = `
const __name = (named) => named
Promise.all([import('node:worker_threads'), import('node:util')]).then(([threads, util]) =>
  (${workerMain.toString()})({
    port: threads.parentPort,
    settings: threads.workerData,
    load: (url) => import(url),
    format: util.format,
    console,
    runtime: (${nodeRuntime.toString()})(),
  }),
)`
