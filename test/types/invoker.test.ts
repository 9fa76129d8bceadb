import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { createInvoker, lambda, type Fn, type InvokeError, type Result } from 'resilient-lambda'

declare const quote: (event: { sku: string }) => Promise<{ total: number }>
declare const charge: (event: { cents: number }) => Promise<{ receipt: string }>

interface Functions {
  quote: typeof quote
  charge: typeof charge
}
const invoke = createInvoker<{ quote: typeof quote; charge: typeof charge }>()

it('takes any name, with the types unknown', () => {
  expectTypeOf(lambda('quote')).toEqualTypeOf<Fn<unknown, unknown>>()
  expectTypeOf(createInvoker()('quote')).toEqualTypeOf<Fn<unknown, unknown>>()
})

it('takes the types of input and output instead of a handler', () => {
  expectTypeOf(lambda<{ sku: string }, number>('quote')).toEqualTypeOf<Fn<{ sku: string }, number>>()
})

it('gives each name of the registry its own types', () => {
  expectTypeOf(invoke('quote').invoke).returns.resolves.toEqualTypeOf<{ total: number }>()
  expectTypeOf(invoke('charge').invoke).parameter(0).toEqualTypeOf<{ cents: number }>()
})

it('takes a qualifier after a name of the registry', () => {
  expectTypeOf(invoke('quote:live')).toEqualTypeOf(invoke('quote'))
})

it('makes a key of a payload of the right type, for a place that there is', () => {
  const charge = invoke('charge').idempotencyKey((payload) => String(payload.cents), { as: 'clientContext' })
  expectTypeOf(charge).toEqualTypeOf(invoke('charge').idempotent())
  // @ts-expect-error -- a place is needed
  ;() => invoke('charge').idempotencyKey('k')
  // @ts-expect-error -- it has one place
  ;() => invoke('charge').idempotencyKey('k', { as: 'header' })
  // @ts-expect-error -- a promise is no key
  ;() => invoke('charge').idempotencyKey(async () => 'k', { as: 'clientContext' })
})

it('does not compile for names that are not in the registry', () => {
  // @ts-expect-error -- it is a slip of the pen
  ;() => invoke('qoute')
  // @ts-expect-error -- the qualifier does not help
  ;() => invoke('qoute:live')
  // @ts-expect-error -- settings for it do not compile either
  ;() => createInvoker<{ quote: typeof quote }>({ functions: { qoute: {} } })
})

it('takes settings for single functions without a registry', () => {
  const invoke = createInvoker({ functions: { quote: { deadline: '2s' } } })
  expectTypeOf(invoke('quote')).toEqualTypeOf<Fn<unknown, unknown>>()
  expectTypeOf(invoke('charge')).toEqualTypeOf<Fn<unknown, unknown>>()
})

it('takes an interface as the registry', () => {
  expectTypeOf(createInvoker<Functions>()('quote')).toEqualTypeOf(invoke('quote'))
})

it('takes options that are undefined', () => {
  const signal = undefined as AbortSignal | undefined
  const deadline = undefined as '2s' | undefined
  ;() => invoke('quote').invoke({ sku: 'A1' }, { signal, deadline })
})

it('does not compile for settings that are not there', () => {
  // @ts-expect-error -- it is called attempts
  ;() => invoke('quote').retry({ retries: 3 })
  // @ts-expect-error -- a duration needs its unit
  ;() => invoke('quote').deadline('2')
  // @ts-expect-error -- there is no such place
  ;() => invoke('quote').use((next) => next, { before: 'transport' })
})

it('widens the type by what a fallback answers', () => {
  expectTypeOf(invoke('quote').fallback(null)).toEqualTypeOf<Fn<{ sku: string }, { total: number } | null>>()
  expectTypeOf(invoke('quote').fallback({ total: 0, none: true }).invoke).returns.resolves.toEqualTypeOf<
    { total: number } | { readonly total: 0; readonly none: true }
  >()
  expectTypeOf(invoke('quote').fallback(() => 'none').invoke).returns.resolves.toEqualTypeOf<
    { total: number } | string
  >()
  expectTypeOf(
    invoke('quote').fallback(async ({ error }) => {
      expectTypeOf(error).toEqualTypeOf<InvokeError>()
      return 0
    }).invoke,
  ).returns.resolves.toEqualTypeOf<{ total: number } | number>()
  expectTypeOf(
    invoke('quote').fallback(lambda<{ sku: string }, boolean>('backup')).invoke,
  ).returns.resolves.toEqualTypeOf<{ total: number } | boolean>()
})

it('does not take a function of another input as a fallback', () => {
  // @ts-expect-error -- it would be called with a payload that is not its own
  ;() => invoke('quote').fallback(invoke('charge'))
})

it('takes its types from schemas', () => {
  const Order = z.object({ id: z.string(), count: z.number().default(1) })
  const Receipt = z.object({ total: z.number(), at: z.string().transform((at) => new Date(at)) })
  const orders = lambda('orders').input(Order).output(Receipt)
  expectTypeOf(orders.invoke).parameter(0).toEqualTypeOf<{ id: string; count?: number | undefined }>()
  expectTypeOf(orders.invoke).returns.resolves.toEqualTypeOf<{ total: number; at: Date }>()
  // @ts-expect-error -- the schema wants an id
  ;() => orders.invoke({})
})

it('does not take what is no schema', () => {
  // @ts-expect-error -- it is no Standard Schema
  ;() => lambda('orders').input({ id: 'string' })
})

it('tells a value from an error by ok', () => {
  expectTypeOf(invoke('quote').safeInvoke).returns.resolves.toEqualTypeOf<Result<{ total: number }>>()
  const check = (result: Result<number>): void => {
    if (result.ok) expectTypeOf(result.value).toEqualTypeOf<number>()
    else expectTypeOf(result.error).toExtend<InvokeError>()
    expectTypeOf(result.meta.requestId).toEqualTypeOf<string | undefined>()
  }
  expectTypeOf(check).toBeFunction()
})

it('does not let anybody change a chain from outside', () => {
  // @ts-expect-error -- what it has is read-only
  ;() => (invoke('quote').circuit = undefined)
})

it('lets only what is declared idempotent be hedged, and says why', () => {
  type Refused = 'hedge() may run the function twice: call .idempotent() first'
  expectTypeOf<ThisParameterType<Fn<unknown, unknown>['hedge']>>().toEqualTypeOf<Refused>()
  expectTypeOf<ThisParameterType<Fn<unknown, unknown, true>['hedge']>>().toEqualTypeOf<unknown>()
  const chain = invoke('quote')
  ;() => chain.idempotent().deadline('2s').hedge().hedge({ after: 'p99', maxExtra: 0.01 }).hedge(false)
  ;() => chain.hedge(false)
  // @ts-expect-error -- it may run twice
  ;() => chain.hedge()
  // @ts-expect-error -- it may run twice
  ;() => chain.hedge({ after: '80ms' })
  // @ts-expect-error -- it is taken back
  ;() => chain.idempotent().idempotent(false).hedge()
  // @ts-expect-error -- nobody can tell
  ;() => chain.idempotent(Math.random() < 0.5).hedge()
  // @ts-expect-error -- a quantile begins with p
  ;() => chain.idempotent().hedge({ after: '95' })
})

it('takes an idempotent function wherever any will do, and not the other way round', () => {
  const chain: Fn<{ sku: string }, { total: number }> = invoke('quote').idempotent()
  expectTypeOf(invoke('quote').idempotent()).toExtend<typeof chain>()
  expectTypeOf(chain).not.toExtend<Fn<{ sku: string }, { total: number }, true>>()
  ;() => invoke('quote').fallback(invoke('quote').idempotent().hedge())
})
