import { performance } from 'node:perf_hooks'
import type { Lifetime } from '../lifetime.js'
import type { Log } from '../log.js'
import type { FunctionSettings } from '../parse-function.js'
import type { Place } from '../parse-options.js'
import type { ContextData } from './context.js'
import { DurableExecutions } from './durable-executions.js'
import { EnvironmentPool } from './environment-pool.js'
import type { Ended, Environment } from './environment.js'
import { RESULT_LIMIT_BYTES, resultTooLarge } from './function-errors.js'
import { logTail } from './log-tail.js'
import { Slots } from './slots.js'
import { logGroupOf } from './worker-variables.js'

/** What one invocation brings along. */
export interface Invocation {
  readonly requestId: string
  readonly version: string
  readonly eventJson: string
  readonly functionArn: string
  readonly clientContext: unknown
  readonly tenantId: string | undefined
  readonly traceId: string | undefined
}

/** What the caller gets of it. */
export interface Invoked {
  readonly payload: string
  readonly failed: boolean
  /** The log's tail in base64. */
  readonly logResult: string
}

/** A function: its code by version, its concurrency and its environments. */
export class LocalFunction {
  readonly settings: FunctionSettings
  /** Whoever wants to `invoke` takes a slot first. */
  readonly slots: Slots
  /** Undefined unless the function is durable. */
  readonly durableExecutions: DurableExecutions | undefined
  readonly #pool: EnvironmentPool
  readonly #lifetime: Lifetime
  readonly #log: Log

  constructor(settings: FunctionSettings, place: Place, lifetime: Lifetime, log: Log) {
    this.settings = settings
    this.slots = new Slots(settings.reservedConcurrency)
    this.durableExecutions = settings.durable ? new DurableExecutions() : undefined
    this.#pool = new EnvironmentPool(settings, place, lifetime)
    this.#lifetime = lifetime
    this.#log = log
  }

  /** The version a qualifier names; undefined where there is none. */
  versionOf(qualifier = '$LATEST'): string | undefined {
    const version = this.settings.aliases.get(qualifier) ?? qualifier
    return this.settings.code.has(version) ? version : undefined
  }

  /** Runs the handler once, and gives the slot back. */
  async invoke(invocation: Invocation): Promise<Invoked> {
    try {
      this.#lifetime.assertOngoing()
      return await this.#invoke(invocation)
    } finally {
      this.slots.release()
    }
  }

  stop(): Promise<void> {
    return this.#pool.stop()
  }

  async #invoke(invocation: Invocation): Promise<Invoked> {
    const { version, requestId } = invocation
    const warm = this.#pool.takeWarm(version)
    const environment = warm ?? this.#pool.create(version)
    const beganMs = performance.now()
    const initError = warm ? undefined : await environment.start(requestId)
    const readyMs = performance.now()
    const ended: Ended = initError
      ? { outcome: 'error', error: initError, over: true }
      : await this.#run(environment, invocation, warm === undefined)
    const logResult = logTail({
      requestId,
      version,
      ended,
      output: environment.takeOutput(),
      initMs: warm ? undefined : readyMs - beganMs,
      durationMs: performance.now() - readyMs,
      timeoutMs: this.settings.timeoutMs,
      memoryMb: this.settings.memoryMb,
    })
    if (ended.outcome !== 'success' && ended.over) await this.#pool.discard(environment)
    else this.#pool.giveBack(version, environment)
    return ended.outcome === 'success'
      ? { payload: ended.payload, failed: false, logResult }
      : { payload: JSON.stringify(ended.error), failed: true, logResult }
  }

  async #run(environment: Environment, invocation: Invocation, coldStart: boolean): Promise<Ended> {
    const { requestId, version, eventJson, traceId } = invocation
    const startedMs = performance.now()
    const record = this.#log.execution({
      function: this.settings.name,
      version,
      requestId,
      event: JSON.parse(eventJson) as unknown,
      coldStart,
      environment: environment.id,
    })
    const deadlineEpochMs = Date.now() + this.settings.timeoutMs
    const context = this.#contextOf(invocation, environment)
    const ended = withinResultLimit(await environment.run({ eventJson, context, deadlineEpochMs, traceId }))
    this.#log.update(record, {
      outcome: ended.outcome,
      errorType: ended.outcome === 'success' ? undefined : ended.error.errorType,
      durationMs: performance.now() - startedMs,
    })
    return ended
  }

  #contextOf(invocation: Invocation, environment: Environment): ContextData {
    const { requestId, version, functionArn, clientContext, tenantId } = invocation
    return {
      awsRequestId: requestId,
      functionName: this.settings.name,
      functionVersion: version,
      invokedFunctionArn: functionArn,
      memoryLimitInMB: String(this.settings.memoryMb),
      logGroupName: logGroupOf(this.settings.name),
      logStreamName: environment.logStreamName,
      ...(clientContext === undefined ? {} : { clientContext }),
      ...(tenantId === undefined ? {} : { tenantId }),
    }
  }
}

function withinResultLimit(ended: Ended): Ended {
  const isTooLarge = ended.outcome === 'success' && Buffer.byteLength(ended.payload) > RESULT_LIMIT_BYTES
  return isTooLarge ? { outcome: 'error', error: resultTooLarge(), over: false } : ended
}
