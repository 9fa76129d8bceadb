import { parseDuration, type Duration } from '../core/duration.js'
import { answered, failed, type Outcome } from '../core/outcome.js'
import { InvalidSettingError } from '../core/settings.js'
import { sleep } from '../core/wait.js'
import type { Context } from '../core/call.js'
import { CATALOGUE, type FailureCode } from '../failures/catalogue.js'
import { classifyFunctionError } from '../failures/classify.js'
import { failure } from '../failures/failure.js'
import type { InvokeRequest, Transport } from '../transport/transport.js'
import { nearestOf } from './nearest.js'

/** A request that a script received. */
export interface ScriptedRequest extends InvokeRequest {
  /** The body, parsed as JSON; undefined when there was none. */
  readonly payload: unknown
}

/** How one request goes on. */
type Step = (
  request: InvokeRequest,
  context: Context,
) => Promise<Outcome<Uint8Array | undefined>> | Outcome<Uint8Array | undefined>

/** What a function answers, request by request. Each method adds one answer; the last one is repeated for ever. */
export interface FunctionScript {
  /** Answers with a value, or with what a function, async or not, makes of the payload. */
  replies(value?: unknown): FunctionScript
  /** Answers a 429. */
  throttled(options?: { readonly reason?: string; readonly retryAfter?: Duration }): FunctionScript
  /** Fails with a row of the catalogue. @throws {InvalidSettingError} where it has none of that code */
  fails(code: FailureCode, message?: string): FunctionScript
  /** The function itself throws. */
  throws(errorType: string, errorMessage?: string): FunctionScript
  /** The request is received and never answered. */
  hangs(): FunctionScript
  /** The next answer takes that long. */
  after(delay: Duration): FunctionScript
  /** Every request so far. */
  readonly requests: readonly ScriptedRequest[]
}

/** Scripted functions in place of AWS: hand `transport` to `createInvoker`. */
export interface Script {
  /** The script of one function, empty at first. */
  (name: string): FunctionScript
  readonly transport: Transport
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Scripts functions for tests without a network. */
export function createScript(): Script {
  const functions = new Map<string, ScriptedFunction>()
  function script(name: string): ScriptedFunction {
    let known = functions.get(name)
    if (!known) functions.set(name, (known = new ScriptedFunction()))
    return known
  }
  const transport: Transport = async (request, context) => {
    const known = functions.get(request.functionName)
    if (known) return known.answer(request, context)
    const scripted = [...functions.keys()].join(', ') || 'none'
    return failed(
      failure(
        'ResourceNotFoundException',
        `no script for '${request.functionName}'; scripted are: ${scripted}`,
      ),
    )
  }
  return Object.assign(script, { transport })
}

class ScriptedFunction implements FunctionScript {
  readonly requests: ScriptedRequest[] = []
  readonly #steps: Step[] = []
  #delayMs = 0
  #next = 0

  replies(value?: unknown): this {
    return this.#add(async ({ body }) => {
      const result: unknown = typeof value === 'function' ? await value(payloadOf(body)) : value
      return answered(result === undefined ? undefined : encoder.encode(JSON.stringify(result)))
    })
  }

  throttled({
    reason = 'ReservedFunctionConcurrentInvocationLimitExceeded',
    retryAfter,
  }: { readonly reason?: string; readonly retryAfter?: Duration } = {}): this {
    const retryAfterMs = retryAfter === undefined ? undefined : durationOf(retryAfter)
    return this.#add(() =>
      failed(failure('TooManyRequestsException', 'Rate Exceeded', { reason, retryAfterMs })),
    )
  }

  fails(code: FailureCode, message?: string): this {
    if (!Object.hasOwn(CATALOGUE, code)) throw unknownCode(code)
    return this.#add(() => failed(failure(code, message)))
  }

  throws(errorType: string, errorMessage = ''): this {
    const payload = encoder.encode(JSON.stringify({ errorType, errorMessage }))
    return this.#add(() => failed(classifyFunctionError({ functionError: 'Unhandled', payload })))
  }

  hangs(): this {
    return this.#add(
      (_, { scope }) => new Promise((resolve) => scope.onCancel((why) => resolve(failed(why)))),
    )
  }

  after(delay: Duration): this {
    this.#delayMs = durationOf(delay)
    return this
  }

  async answer(request: InvokeRequest, context: Context): Promise<Outcome<Uint8Array | undefined>> {
    this.requests.push({ ...request, payload: payloadOf(request.body) })
    const step = this.#steps[Math.min(this.#next++, this.#steps.length - 1)]
    return step ? step(request, context) : answered(undefined)
  }

  #add(step: Step): this {
    const delayMs = this.#delayMs
    this.#delayMs = 0
    this.#steps.push(async (request, context) => {
      if (delayMs > 0) {
        await sleep(context.clock, context.scope, delayMs)
        if (context.scope.cancelled) return failed(context.scope.cancelled)
      }
      return step(request, context)
    })
    return this
  }
}

function unknownCode(code: string): InvalidSettingError {
  const nearest = nearestOf(code, Object.keys(CATALOGUE)).map((known) => `'${known}'`)
  return new InvalidSettingError('code', code, `a code of the catalogue, such as ${nearest.join(', ')}`)
}

function payloadOf(body: Uint8Array | undefined): unknown {
  return body && (JSON.parse(decoder.decode(body)) as unknown)
}

function durationOf(given: Duration): number {
  const ms = parseDuration(given)
  if (ms === undefined) throw new InvalidSettingError('delay', given, "a duration, such as 250 or '2s'")
  return ms
}
