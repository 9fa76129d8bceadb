import type { Lifetime } from '../lifetime.js'
import type { FunctionSettings } from '../parse-function.js'
import type { LambdaHandler } from './context.js'
import { STOPPED } from './environment.js'
import type { Ended, Environment, EnvironmentBase } from './environment.js'
import { timedOut } from './function-errors.js'
import { nodeRuntime } from './node-runtime.js'
import type { Work } from './node-runtime.js'

interface InProcess extends EnvironmentBase {
  readonly handler: LambdaHandler
}

const runtime = nodeRuntime()

/** Runs a handler of this process. At its time limit the caller is answered, but the code itself runs on unheard. */
export class InProcessEnvironment implements Environment {
  readonly alive = true
  readonly id: string
  readonly logStreamName: string
  readonly #handler: LambdaHandler
  readonly #settings: FunctionSettings
  readonly #lifetime: Lifetime

  constructor({ id, logStreamName, handler, settings, lifetime }: InProcess) {
    this.id = id
    this.logStreamName = logStreamName
    this.#handler = handler
    this.#settings = settings
    this.#lifetime = lifetime
  }

  async start(): Promise<undefined> {
    await this.#lifetime.sleep(this.#settings.coldStartMs)
  }

  async run(work: Work): Promise<Ended> {
    const { timeoutMs } = this.#settings
    const limit = this.#lifetime.timer(timeoutMs)
    const first = await Promise.race([runtime.invoke(this.#handler, work), limit.done])
    limit.cancel()
    if (first === 'stopped') return STOPPED
    if (first === 'elapsed') {
      return { outcome: 'timeout', error: timedOut(work.context.awsRequestId, timeoutMs), over: true }
    }
    if ('payload' in first) return { outcome: 'success', payload: first.payload }
    return { outcome: 'error', error: first.error, over: false }
  }

  takeOutput(): string {
    return ''
  }

  async stop(): Promise<void> {}
}
