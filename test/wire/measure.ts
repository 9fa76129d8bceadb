import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createInvoker, type Fn, type Result } from 'resilient-lambda'
import { fakeClock, startLocalLambda, type FakeClock, type LocalLambda } from 'resilient-lambda/testing'
import type { FaultCase } from './fault-case.js'
import { watchTraffic, type Traffic } from './traffic.js'

export const ATTEMPTS = 3
export const TIMEOUT_MS = 2_000
export const DEADLINE_MS = 30_000

/** What the server counted: runs of the function, and requests for it. */
export interface Count {
  readonly runs: number
  readonly requests: number
}

/** How a call of ours ended, times on the fake clock, and what the server counted of it. */
export interface Measured extends Count {
  readonly result: Result<unknown>
  /** Timers still set on the clock. */
  readonly pending: number
}

interface How {
  readonly shape?: (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>
  /** The fault is in the first request only. */
  readonly once?: boolean
  /** How much time passes whenever nothing more will come. */
  readonly stepMs?: number
  readonly signal?: AbortSignal
  /** Runs when the invoker has been destroyed, while the server is still there. */
  readonly atEnd?: (local: LocalLambda) => Promise<void>
}

/** Calls a faulty function through the library. */
export async function measureOurs(fault: FaultCase, how: How = {}): Promise<Measured> {
  const { shape = (fn) => fn, once = false, stepMs = TIMEOUT_MS, signal } = how
  await using local = await startFaulty(fault, once)
  const clock = fakeClock()
  const traffic = watchTraffic()
  const lambda = createInvoker({
    ...local.clientSettings,
    clock,
    defaults: { deadline: DEADLINE_MS, timeout: TIMEOUT_MS, retry: { attempts: ATTEMPTS } },
    observers: [
      (event) => {
        if (event.type === 'retry.scheduled') void clock.advance(event.waitMs)
      },
    ],
  })
  try {
    if (fault.primed) await prime(local, () => lambda('quote').invoke())
    const call = shape(lambda('quote')).safeInvoke(payloadOf(fault), signal ? { signal } : {})
    await passTime(call, fault, local, traffic, clock, stepMs, once ? 1 : Infinity)
    const result = await call
    if (!fault.stuck) await local.settled()
    return { result, pending: clock.pending, ...countOf(local) }
  } finally {
    traffic.stop()
    lambda.destroy()
    await how.atEnd?.(local)
  }
}

/** Calls a faulty function through the SDK alone, as it comes. */
export async function measureSdk(fault: FaultCase): Promise<Count> {
  await using local = await startFaulty(fault, false)
  const traffic = watchTraffic()
  const client = new LambdaClient({
    ...local.clientSettings,
    ...(fault.sdk && { requestHandler: fault.sdk }),
  })
  const input = { FunctionName: 'quote', Payload: JSON.stringify(payloadOf(fault)) }
  try {
    if (fault.primed) await prime(local, () => client.send(new InvokeCommand(input)))
    await client.send(new InvokeCommand(input)).catch(() => undefined)
    const { stuck } = fault
    await (stuck ? local.until(() => stuck(local, traffic, local.requests.length)) : local.settled())
    return countOf(local)
  } finally {
    traffic.stop()
    client.destroy()
  }
}

async function startFaulty(
  { fault, connectionFault, refused, code = () => ({ text: 'a reply of some length' }) }: FaultCase,
  once: boolean,
): Promise<LocalLambda> {
  const local = await startLocalLambda({ functions: { quote: code } })
  const kind = once ? 'next' : 'always'
  if (fault) local.faults('quote')[kind](fault)
  if (connectionFault) local.connectionFaults[kind](connectionFault)
  if (refused) await local.refuseConnections()
  return local
}

/** A first call, not to be counted. */
async function prime(local: LocalLambda, call: () => Promise<unknown>): Promise<void> {
  await call()
  local.reset()
}

function payloadOf({ large }: FaultCase): unknown {
  return large ? 'x'.repeat(5_900_000) : { sku: 'A1' }
}

function countOf({ executions, requests }: LocalLambda): Count {
  return { runs: executions.length, requests: requests.length }
}

/** Lets time pass once an attempt has got as far as it will, and not before. */
async function passTime(
  call: Promise<unknown>,
  { stuck }: FaultCase,
  local: LocalLambda,
  traffic: Traffic,
  clock: FakeClock,
  stepMs: number,
  stuckAttempts: number,
): Promise<void> {
  if (!stuck) return
  const state = { over: false }
  void call.then(() => (state.over = true))
  for (let attempts = 1; !state.over && attempts <= stuckAttempts; attempts++) {
    const isStuck = (): boolean => stuck(local, traffic, attempts)
    await Promise.race([call, local.until(isStuck), traffic.until(isStuck)])
    if (!state.over) await clock.advance(stepMs)
  }
}
