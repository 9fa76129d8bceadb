import type { Subject } from '../core/call.js'
import { errorOf } from '../core/error-of.js'
import { Observers } from '../core/emitter.js'
import type { Observer } from '../core/events.js'
import type { Next, Policy } from '../core/policy.js'
import { runCall, type Run } from '../core/run.js'
import { callback, duration, InvalidSettingError, shape } from '../core/settings.js'
import { circuitOf } from '../policies/breaker.js'
import type { FallbackOptions } from '../policies/fallback.js'
import type { PolicyName } from '../policies/order.js'
import type { Codec } from '../transport/payload.js'
import { asObserver, asSchema, isLambdaContext, parseInvokeOptions, parseUse } from './arguments.js'
import { circuitHandle, type CircuitHandle } from './circuit-handle.js'
import { explainPlan, idempotenceOf, planData, type PlanData } from './explain.js'
import { OtherChain, refuseOtherRegions } from './failover.js'
import { fallbackBy, fallbackTo } from './fallback.js'
import type { Fn, InvokeOptions, Result } from './fn.js'
import { parseIdempotencyKey } from './idempotency-key.js'
import type { Host } from './host.js'
import { metaOf } from './meta.js'
import { buildPipeline } from './pipeline.js'
import type { Plan } from './plan.js'
import { applySetting, type FunctionSettings } from './settings.js'
import type { StandardSchema } from './standard-schema.js'
import { subjectOf } from './target.js'
import { timeoutLint, type TimeoutFinding } from './timeout-lint.js'

/** What a plan is made into by its first call. */
interface Runner {
  readonly pipeline: Next
  readonly observers: Observers
  readonly subject: Subject
}

const DEFAULT_RESERVE_MS = 500
const OUTSIDE_OF_CALLS = 0
const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const NO_OPTIONS: InvokeOptions = Object.freeze({})
const parseContextOptions = shape({ reserve: duration() })

/** A plan with a host to run it. The public interface says what each method is for. */
export class LambdaFunction implements Fn<unknown, unknown> {
  readonly #plan: Plan
  readonly #host: Host
  #runner: Runner | undefined

  constructor(plan: Plan, host: Host) {
    if (host.oneClient) refuseOtherRegions(plan)
    this.#plan = plan
    this.#host = host
  }

  /** Without async, which would cost each call in flight three times as much memory. */
  invoke(payload?: unknown, options?: InvokeOptions): Promise<unknown> {
    try {
      const { outcome, target, history } = this.#run(payload, options)
      return outcome.then((end) => {
        if (end.ok) return end.value
        throw errorOf(end.failure, target, history)
      })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async safeInvoke(payload?: unknown, options?: InvokeOptions): Promise<Result<unknown>> {
    const run = this.#run(payload, options)
    const outcome = await run.outcome
    if (outcome.ok) return { ok: true, value: outcome.value, meta: metaOf(outcome, run.history) }
    const error = errorOf(outcome.failure, run.target, run.history)
    return { ok: false, error, meta: metaOf(outcome, run.history, error.attempts) }
  }

  #run(payload: unknown, options?: InvokeOptions): Run {
    const { signal, deadline } = options === undefined ? NO_OPTIONS : parseInvokeOptions(options)
    if (deadline !== undefined) return this.deadline(deadline).#run(payload, signal ? { signal } : {})
    const { pipeline, observers, subject } = (this.#runner ??= this.#build())
    const { idempotent } = this.#plan
    const call = {
      subject,
      payload,
      idempotent: idempotent !== false,
      byKey: idempotent === 'by key',
      idempotencyKey: undefined,
      signal,
    }
    return runCall(pipeline, call, this.#host, observers)
  }

  #build(): Runner {
    const observers = new Observers([...this.#host.observers, ...this.#plan.observers])
    const pipeline = buildPipeline(this.#plan, { ...this.#host, observers })
    return { pipeline, observers, subject: subjectOf(this.#plan.target, this.#host.region) }
  }

  #with(change: Partial<Plan>): LambdaFunction {
    return new LambdaFunction(Object.freeze({ ...this.#plan, ...change }), this.#host)
  }

  #set(key: keyof FunctionSettings, given: unknown): LambdaFunction {
    return new LambdaFunction(applySetting(this.#plan, key, given), this.#host)
  }

  deadline(limit: unknown, options: { readonly reserve?: unknown } = {}): LambdaFunction {
    const { reserveMs = DEFAULT_RESERVE_MS } = parseContextOptions(options, 'deadline')
    if (!isLambdaContext(limit)) {
      if (options.reserve === undefined) return this.#set('deadline', limit)
      throw new InvalidSettingError(
        'deadline.reserve',
        options.reserve,
        'left out: only a Lambda context has a reserve',
      )
    }
    return this.#with({ deadline: { limitMs: () => limit.getRemainingTimeInMillis() - reserveMs } })
  }

  timeout(limit: unknown): LambdaFunction {
    return this.#set('timeout', limit)
  }

  retry(options: unknown): LambdaFunction {
    return this.#set('retry', options)
  }

  adaptive(options: unknown): LambdaFunction {
    return this.#set('adaptive', options)
  }

  circuitBreaker(options: unknown): LambdaFunction {
    return this.#set('circuitBreaker', options)
  }

  hedge(options: unknown = {}): LambdaFunction {
    return this.#set('hedge', options)
  }

  bulkhead(options: unknown): LambdaFunction {
    return this.#set('bulkhead', options)
  }

  fallback(...given: unknown[]): LambdaFunction {
    // A value may be undefined, but a call without any is a mistake.
    if (given.length === 0)
      throw new InvalidSettingError('fallback', undefined, 'a value, a function, or another function to call')
    const [answer, options = {}] = given as [unknown, FallbackOptions?]
    const isOther = answer instanceof LambdaFunction
    return this.#with({ fallback: isOther ? fallbackTo(answer, options) : fallbackBy(answer, options) })
  }

  failover(targets: unknown, options: object = {}): LambdaFunction {
    if (targets === false) return this.#set('failover', false)
    const chainOrTarget = (given: unknown): unknown =>
      given instanceof LambdaFunction ? new OtherChain(given.#plan, given.#host) : given
    const others: unknown = Array.isArray(targets) ? targets.map(chainOrTarget) : targets
    return this.#set('failover', { ...options, targets: others })
  }

  deadLetter(sink: unknown, options: object = {}): LambdaFunction {
    return this.#set('deadLetter', sink === false ? false : { ...options, sink })
  }

  idempotent(declared = true): LambdaFunction {
    return this.#set('idempotent', declared)
  }

  idempotencyKey(key: unknown, options: unknown): LambdaFunction {
    const idempotencyKey = parseIdempotencyKey(key, options)
    return this.#with({ idempotencyKey, idempotent: this.#plan.idempotent || 'by key' })
  }

  logs(wanted = true): LambdaFunction {
    return this.#set('logs', wanted)
  }

  clientContext(context: unknown): LambdaFunction {
    return this.#set('clientContext', context)
  }

  forward(wanted = true): LambdaFunction {
    return this.#set('forward', wanted)
  }

  codec(codec: Codec): LambdaFunction {
    callback(codec?.encode, 'codec.encode')
    callback(codec?.decode, 'codec.decode')
    return this.#with({ codec })
  }

  input(schema: StandardSchema): never {
    return this.#with({ input: asSchema(schema, 'input') }) as never
  }

  output(schema: StandardSchema): never {
    return this.#with({ output: asSchema(schema, 'output') }) as never
  }

  qualifier(qualifier: unknown): LambdaFunction {
    return this.#set('qualifier', qualifier)
  }

  tenant(tenant: unknown): LambdaFunction {
    return this.#set('tenant', tenant)
  }

  observe(observer: Observer | NonNullable<Observer['event']>): LambdaFunction {
    return this.#with({ observers: [...this.#plan.observers, asObserver(observer, 'observe')] })
  }

  use(policy: Policy, place: { readonly before?: PolicyName; readonly after?: PolicyName }): LambdaFunction {
    return this.#with({ uses: [...this.#plan.uses, parseUse(policy, place)] })
  }

  get circuit(): CircuitHandle | undefined {
    const { circuitBreaker } = this.#plan
    if (!circuitBreaker) return undefined
    const { cells, clock } = this.#host
    const { observers, subject } = (this.#runner ??= this.#build())
    return circuitHandle(
      () => circuitOf(cells, clock, subject, circuitBreaker),
      () => observers.emitFor(OUTSIDE_OF_CALLS, subject.name, clock, subject.invoked),
    )
  }

  async timeoutLint(): Promise<readonly TimeoutFinding[]> {
    return await timeoutLint(this.#plan, this.#host)
  }

  explain(): string {
    return explainPlan(subjectOf(this.#plan.target).name, this.#plan, this.#host.clientBulkhead)
  }

  toJSON(): PlanData {
    return planData(subjectOf(this.#plan.target).name, this.#plan, this.#host.clientBulkhead)
  }

  toString(): string {
    return `Lambda function ${subjectOf(this.#plan.target).name} (${idempotenceOf(this.#plan)})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}
