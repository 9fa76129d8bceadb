import {
  createInvoker,
  type CallEvent,
  type Invoker,
  type InvokerOptions,
  type Result,
} from 'resilient-lambda'
import { createScript, fakeClock, type FakeClock, type Script } from 'resilient-lambda/testing'

/** A whole invoker on a fake clock, with scripted functions. */
export interface Scene {
  readonly lambda: Invoker
  readonly script: Script
  readonly clock: FakeClock
  /** All that happened, in order. */
  readonly events: readonly CallEvent[]
}

export function scene(options: InvokerOptions = {}): Scene {
  const clock = fakeClock()
  const script = createScript()
  const events: CallEvent[] = []
  const observers = [(event: CallEvent) => void events.push(event)]
  const lambda = createInvoker({ transport: script.transport, clock, observers, ...options })
  return { lambda, script, clock, events }
}

/** Waits of 100 ms and no chance in them, whatever failed. */
export const STEADY = {
  backoff: 'constant',
  baseDelay: 100,
  throttle: { backoff: 'constant', baseDelay: 100 },
} as const

/** The failure of a call that should have failed. */
export function errorOf(result: Result<unknown>): (Result<unknown> & { readonly ok: false })['error'] {
  if (!result.ok) return result.error
  throw new Error(`the call answered ${JSON.stringify(result.value)}`)
}

/** What was decided after the last attempt. */
export function lastDecision({ meta }: Result<unknown>): string | undefined {
  return meta.attempts.at(-1)?.decision?.why
}
