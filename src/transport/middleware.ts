import { VERSION } from '../version.js'
import { noteHead } from './reply-head.js'
import { putAttemptHeaders } from './request-headers.js'
import type { OwnHandler, SdkRequest } from './own-handler.js'
import type { Stack } from './prepared-stack.js'
import type { Sighting } from './sighting.js'
import { INVOCATION_ID_HEADER, watchWritten } from './written.js'

type Headers = Record<string, string>
interface HttpArguments {
  request: SdkRequest
}
interface HttpResult {
  response?: { statusCode?: number; headers?: Headers }
}

/** What our middleware works with. */
export interface Equipment {
  /** Whose request it is, by the context that the SDK made for it or by the command's input. */
  readonly sightingOf: (context: object, args: { readonly input: object }) => Sighting
  /** Takes the place of the client's own last step. */
  readonly handler?: OwnHandler
}

/**
 * Puts our middleware on the stack of a command, so that the client and its other commands stay as they are.
 *
 * It takes the place of the SDK's retries, which would repeat requests that may have run; it names the library in the
 * user agent; and it notes how far the request got, which is what decides whether the function can have run.
 */
export function equip(stack: Stack, { sightingOf, handler }: Equipment): void {
  stack.add(
    (next, context) => (args) => {
      const sighting = sightingOf(context, args)
      // A middleware of the user's may come by here again after a request that went out.
      if (sighting.reached === undefined) sighting.attempt.ran = 'no'
      sighting.reached ??= false
      return next(args)
    },
    { name: 'resilientLambdaBegin', step: 'initialize', priority: 'high' },
  )

  stack.add(
    (next, sdkContext) => (args) => {
      const sighting = sightingOf(sdkContext, args)
      const { attempt, request, context, watchable } = sighting
      const { headers } = (args as unknown as HttpArguments).request
      sighting.letGo?.()
      headers['user-agent'] = `${headers['user-agent'] ?? ''} resilient-lambda/${VERSION}`.trimStart()
      sighting.invocationId = putAttemptHeaders(headers, attempt.number, request, context.carrier)
      if (!handler && watchable)
        sighting.letGo = watchWritten(sighting.invocationId, () => (attempt.ran = 'maybe'))
      return next(args)
    },
    { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', tags: ['RETRY'], override: true },
  )

  stack.add(
    (next, sdkContext) => async (args) => {
      const sighting = sightingOf(sdkContext, args)
      const { attempt, request, context, watchable } = sighting
      // Credentials may come when nobody waits any more, and not every handler looks at the signal.
      if (context.scope.cancelled) throw new Error(context.scope.cancelled.message)
      sighting.reached = true
      const http = args as unknown as HttpArguments
      if (handler) return handler.send(http.request, sighting)
      // A middleware of the user's may have taken away the header by which the request is watched.
      if (!watchable || http.request.headers[INVOCATION_ID_HEADER] !== sighting.invocationId)
        attempt.ran = 'maybe'
      const result = await next(args)
      const { response } = result as HttpResult
      noteHead(response?.statusCode, response?.headers, attempt, sighting, request.durableExecutionName)
      return result
    },
    { name: 'resilientLambdaReach', step: 'deserialize', priority: 'low' },
  )
}
