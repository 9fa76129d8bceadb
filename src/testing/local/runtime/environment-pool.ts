import { randomUUID } from 'node:crypto'
import type { Lifetime } from '../lifetime.js'
import type { FunctionSettings } from '../parse-function.js'
import type { Place } from '../parse-options.js'
import type { Environment } from './environment.js'
import { InProcessEnvironment } from './in-process.js'
import { workerVariables } from './worker-variables.js'
import { WorkerEnvironment } from './worker.js'

/** The environments of a function: a new one whenever all others are busy, kept warm until it dies. */
export class EnvironmentPool {
  readonly #settings: FunctionSettings
  readonly #place: Place
  readonly #lifetime: Lifetime
  readonly #all = new Set<Environment>()
  readonly #idle = new Map<string, Environment[]>()
  #created = 0

  constructor(settings: FunctionSettings, place: Place, lifetime: Lifetime) {
    this.#settings = settings
    this.#place = place
    this.#lifetime = lifetime
  }

  takeWarm(version: string): Environment | undefined {
    const idle = this.#idleOf(version)
    for (let environment = idle.pop(); environment; environment = idle.pop()) {
      if (environment.alive) return environment
    }
    return undefined
  }

  create(version: string): Environment {
    const settings = this.#settings
    const code = settings.code.get(version)
    if (!code) throw new Error(`There is no version ${version} of ${settings.name}.`)
    const id = `${settings.name}:${version}#${++this.#created}`
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
    const logStreamName = `${day}/[${version}]${randomUUID().replaceAll('-', '')}`
    const base = { id, logStreamName, settings, lifetime: this.#lifetime }
    const environment =
      'handler' in code
        ? new InProcessEnvironment({ ...base, handler: code.handler })
        : new WorkerEnvironment({
            ...base,
            code,
            variables: workerVariables(settings, version, logStreamName, this.#place),
          })
    this.#all.add(environment)
    return environment
  }

  giveBack(version: string, environment: Environment): void {
    this.#idleOf(version).push(environment)
  }

  async discard(environment: Environment): Promise<void> {
    this.#all.delete(environment)
    await environment.stop()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.stop()))
  }

  #idleOf(version: string): Environment[] {
    const idle = this.#idle.get(version) ?? []
    this.#idle.set(version, idle)
    return idle
  }
}
