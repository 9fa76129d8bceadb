import { createInvoker as create, type Invoker, type InvokerOptions } from '../src/index.js'

export * from '../src/index.js'

/** An invoker that sends by the lean transport, unless told otherwise. */
export function createInvoker(options: InvokerOptions = {}): Invoker {
  return create({ transport: 'lean', ...options })
}
