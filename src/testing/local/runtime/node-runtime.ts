/* oxlint-disable unicorn/consistent-function-scoping -- what is sent to workers as text must hold all it needs */
import type { ContextData, LambdaCallback, LambdaContext, LambdaHandler } from './context.js'
import type { FunctionErrorPayload } from './function-errors.js'

/** One invocation, as plain data. */
export interface Work {
  readonly eventJson: string
  readonly context: ContextData
  /** When the time limit strikes, in ms since the epoch. */
  readonly deadlineEpochMs: number
  readonly traceId: string | undefined
}

export type Answer = { readonly payload: string } | { readonly error: FunctionErrorPayload }

export interface NodeRuntime {
  describe(thrown: unknown): FunctionErrorPayload
  /** `onEmptyLoop` registers what to do once nothing else is left to run; without it such waits are not made. */
  invoke(handler: LambdaHandler, work: Work, onEmptyLoop?: (act: () => void) => void): Promise<Answer>
}

/**
 * What Lambda's Node runtime does around a handler.
 *
 * Workers get this function as source text, so it must not refer to anything outside itself.
 */
export function nodeRuntime(): NodeRuntime {
  // By its looks, since an error of another realm is no instance of this one's Error.
  function isError(thrown: unknown): thrown is Error {
    return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown
  }

  function isThenable(value: unknown): value is PromiseLike<unknown> {
    return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
  }

  function describe(thrown: unknown): FunctionErrorPayload {
    if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] }
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
  }

  function marshal(result: unknown): Answer {
    try {
      return { payload: JSON.stringify(result) ?? 'null' }
    } catch (error) {
      return { error: { ...describe(error), errorType: 'Runtime.MarshalError' } }
    }
  }

  function unsettled(): Answer {
    const errorMessage = 'The event loop ran empty before the promise of the handler was settled.'
    return { error: { errorType: 'Runtime.NodeJsExit', errorMessage, trace: [] } }
  }

  function invoke(
    handler: LambdaHandler,
    { eventJson, context: data, deadlineEpochMs }: Work,
    onEmptyLoop?: (act: () => void) => void,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const succeed = (result?: unknown): void => resolve(marshal(result))
      const fail = (error: unknown): void => resolve({ error: describe(error) })
      const done: LambdaCallback = (error, result) => {
        if (error === undefined || error === null) succeed(result)
        else fail(error)
      }
      const context: LambdaContext = {
        ...data,
        callbackWaitsForEmptyEventLoop: true,
        getRemainingTimeInMillis: () => deadlineEpochMs - Date.now(),
        succeed,
        fail,
        done,
      }
      const callback: LambdaCallback = (error, result) => {
        if (context.callbackWaitsForEmptyEventLoop && onEmptyLoop) onEmptyLoop(() => done(error, result))
        else done(error, result)
      }
      onEmptyLoop?.(() => succeed(null))
      try {
        const returned = handler(JSON.parse(eventJson), context, callback)
        if (isThenable(returned)) {
          onEmptyLoop?.(() => resolve(unsettled()))
          returned.then(succeed, fail)
        } else if (returned !== undefined || handler.length < 2) succeed(returned)
      } catch (error) {
        fail(error)
      }
    })
  }

  return { describe, invoke }
}
