import { InvokeCommand, type InvokeCommandInput } from '@aws-sdk/client-lambda'
import { equip } from './middleware.js'
import { isEmpty, prepare, type Stack } from './prepared-stack.js'
import type { Sighting } from './sighting.js'

/** Where a context, which the SDK makes for each request, tells whose request it is. */
const SIGHTING = Symbol('resilient-lambda')

const sightingOf = (context: object): Sighting => Reflect.get(context, SIGHTING) as Sighting

type Resolve = InvokeCommand['resolveMiddleware']

/**
 * An Invoke with our middleware. It stays the SDK's own command, which mocks and tracers tell by its class; and the SDK
 * makes its context, as for any other, but is given the prepared stack where it would join the client's and the command's.
 */
export function watchedInvoke(input: InvokeCommandInput, sighting: Sighting): InvokeCommand {
  const command = new InvokeCommand(input)
  const resolve = command.resolveMiddleware
  command.resolveMiddleware = (clientStack, config, options) => {
    // Who wraps `send` may have put in something for this request alone.
    const isShared = isEmpty(command.middlewareStack)
    const stack = {
      concat: (commandStack: Stack) => ({
        resolve(...[handler, context]: Parameters<Stack['resolve']>) {
          Reflect.set(context, SIGHTING, sighting)
          const client = clientStack as unknown as Stack
          const equipped = (): Stack => {
            equip(commandStack, { sightingOf })
            return commandStack
          }
          const both = isShared ? prepare(client, config, equipped) : client.concat(equipped())
          return both.resolve(handler, context)
        },
      }),
    }
    return resolve.call(command, stack as unknown as Parameters<Resolve>[0], config, options)
  }
  return command
}
