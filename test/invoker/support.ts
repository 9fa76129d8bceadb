import { createInvoker, type CallEvent, type Invoker, type InvokerOptions } from 'resilient-lambda'
import { isInvokeError, type CaughtInvokeError } from '../../src/failures/error.js'
import { createScript, fakeClock, type FakeClock, type Script } from 'resilient-lambda/testing'

interface Scripted {
  readonly lambda: Invoker
  readonly script: Script
  readonly clock: FakeClock
  readonly events: readonly CallEvent[]
}

/** An invoker on scripted functions and a fake clock; `quote` answers `{ total: 1 }` until a test says otherwise. */
export function scripted(options: InvokerOptions = {}): Scripted {
  const clock = fakeClock()
  const script = createScript()
  const events: CallEvent[] = []
  const { observers = [] } = options
  const lambda = createInvoker({
    transport: script.transport,
    clock,
    ...options,
    observers: [(event) => events.push(event), ...observers],
  })
  return { lambda, script, clock, events }
}

/** The InvokeError that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<CaughtInvokeError> {
  try {
    await call
  } catch (error) {
    if (isInvokeError(error)) return error
    throw error
  }
  throw new Error('The call was answered.')
}
