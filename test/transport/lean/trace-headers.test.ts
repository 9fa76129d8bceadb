import { describe, expect, it, vi } from 'vitest'
import { traceHeaders } from '../../../src/transport/lean/trace-headers.js'
import { bareEnvironment, KEYS, sentBySdk } from './support.js'

const TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Lineage=a:1'
const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'caller', _X_AMZN_TRACE_ID: TRACE_ID }

/** What the SDK sends of the same four headers, in lower case. */
async function sdkTraceHeaders(): Promise<Record<string, string>> {
  const { headers } = await sentBySdk({ region: 'eu-west-1', credentials: KEYS })
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(
    named.filter(([name]) => ['x-amzn-trace-id', 'traceparent', 'tracestate', 'baggage'].includes(name)),
  )
}

type Store = Record<string, () => string>

/** The runtime's store of the invocation, which old SDKs do not know; it is made with the SDK's first request. */
await sdkTraceHeaders()
const store = (globalThis as { awslambda?: { InvokeStore?: Store } }).awslambda?.InvokeStore

function fill(values: Store): void {
  for (const [name, value] of Object.entries(values)) vi.spyOn(store ?? {}, name).mockImplementation(value)
}

describe('the headers of the trace', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ["the function's own", IN_LAMBDA, { 'x-amzn-trace-id': TRACE_ID }],
    ['none outside Lambda', { _X_AMZN_TRACE_ID: TRACE_ID }, {}],
    ['none where the runtime has none', { AWS_LAMBDA_FUNCTION_NAME: 'caller' }, {}],
    ['none where it is empty', { ...IN_LAMBDA, _X_AMZN_TRACE_ID: '' }, {}],
  ])('are those of the SDK: %s', async (_, env, expected) => {
    bareEnvironment({ _X_AMZN_TRACE_ID: '', ...env })
    expect(await sdkTraceHeaders()).toEqual(expected)
    expect(traceHeaders()).toStrictEqual(expected)
  })

  it.runIf(store).each<[Store, Record<string, string>]>([
    [{ getXRayTraceId: () => 'Root=2' }, { 'x-amzn-trace-id': 'Root=2' }],
    [
      { getTraceparent: () => '00-a-b-01', getTracestate: () => 'k=v', getBaggage: () => 'u=1' },
      { 'x-amzn-trace-id': TRACE_ID, traceparent: '00-a-b-01', tracestate: 'k=v', baggage: 'u=1' },
    ],
    [{ getTraceparent: () => '00-a-b-01' }, { 'x-amzn-trace-id': TRACE_ID, traceparent: '00-a-b-01' }],
    [{ getTracestate: () => 'k=v', getBaggage: () => 'u=1' }, { 'x-amzn-trace-id': TRACE_ID }],
  ])('are those of the invocation, where several run at a time: %o', async (values, expected) => {
    bareEnvironment(IN_LAMBDA)
    fill(values)
    expect(await sdkTraceHeaders()).toEqual(expected)
    expect(traceHeaders()).toStrictEqual(expected)
  })

  it.runIf(store)('are none of the trace outside Lambda, whatever the store has', async () => {
    bareEnvironment()
    fill({ getXRayTraceId: () => 'Root=2' })
    expect(await sdkTraceHeaders()).toEqual({})
    expect(traceHeaders()).toStrictEqual({})
  })
})
