import type { ALBHandler, Callback, Context, Handler } from 'aws-lambda'
import { expectTypeOf, it } from 'vitest'
import { lambda, type InputOf, type OutputOf } from 'resilient-lambda'

interface Request {
  sku: string
}
interface Quote {
  total: number
  until: Date
}
interface ReceivedQuote {
  total: number
  until: string
}

declare const asynchronous: (event: Request) => Promise<Quote>
declare const synchronous: (event: Request, context: Context) => Quote
declare const byCallback: (
  event: Request,
  context: Context,
  callback: (error: Error | null, result?: Quote) => void,
) => void
declare const byAwsCallback: (event: Request, context: Context, callback: Callback<Quote>) => void
declare const fromAwsLambda: Handler<Request, Quote>
declare const alb: ALBHandler
declare const eitherWay: (event: Request) => Quote | Promise<Quote>
declare const silent: (event: Request) => Promise<void>
declare const quiet: (event: Request) => void
declare const unasked: () => Promise<Quote>
declare const loose: Handler

it('infers what an async handler takes and answers, as it comes back through JSON', () => {
  expectTypeOf<InputOf<typeof asynchronous>>().toEqualTypeOf<Request>()
  expectTypeOf<OutputOf<typeof asynchronous>>().toEqualTypeOf<ReceivedQuote>()
  expectTypeOf(lambda<typeof asynchronous>('quote').invoke).parameter(0).toEqualTypeOf<Request>()
  expectTypeOf(lambda<typeof asynchronous>('quote').invoke).returns.resolves.toEqualTypeOf<ReceivedQuote>()
})

it('infers a handler that returns its value', () => {
  expectTypeOf<InputOf<typeof synchronous>>().toEqualTypeOf<Request>()
  expectTypeOf<OutputOf<typeof synchronous>>().toEqualTypeOf<ReceivedQuote>()
  expectTypeOf<OutputOf<(event: Request) => Quote | undefined>>().toEqualTypeOf<ReceivedQuote | null>()
})

it('infers a handler that answers by its callback, which may be called without a result', () => {
  expectTypeOf<InputOf<typeof byCallback>>().toEqualTypeOf<Request>()
  expectTypeOf<OutputOf<typeof byCallback>>().toEqualTypeOf<ReceivedQuote | null>()
  expectTypeOf<OutputOf<typeof byAwsCallback>>().toEqualTypeOf<ReceivedQuote | null>()
  expectTypeOf<OutputOf<(event: Request, context: Context, callback: Callback) => void>>().toBeUnknown()
})

it("infers aws-lambda's Handler type", () => {
  expectTypeOf<InputOf<typeof fromAwsLambda>>().toEqualTypeOf<Request>()
  expectTypeOf<OutputOf<typeof fromAwsLambda>>().toEqualTypeOf<ReceivedQuote>()
  expectTypeOf<OutputOf<typeof alb>['statusCode']>().toEqualTypeOf<number>()
  expectTypeOf(lambda<typeof fromAwsLambda>('quote').invoke).returns.resolves.toEqualTypeOf<ReceivedQuote>()
})

it('infers a handler that returns a value or a promise', () => {
  expectTypeOf<OutputOf<typeof eitherWay>>().toEqualTypeOf<ReceivedQuote>()
  expectTypeOf<OutputOf<(event: Request) => Promise<Quote> | 'none'>>().toEqualTypeOf<
    ReceivedQuote | 'none'
  >()
})

it('says null where a handler answers nothing', () => {
  expectTypeOf<OutputOf<typeof silent>>().toEqualTypeOf<null>()
  expectTypeOf<OutputOf<typeof quiet>>().toEqualTypeOf<null>()
})

it('leaves the payload out where the handler takes none, or anything', () => {
  expectTypeOf(lambda<typeof unasked>('quote').invoke).toBeCallableWith()
  expectTypeOf(lambda<typeof loose>('quote').invoke).toBeCallableWith()
  expectTypeOf(lambda<(event: Request | undefined) => Quote>('quote').invoke).toBeCallableWith()
  expectTypeOf<OutputOf<typeof loose>>().toBeAny()
})

it('demands the payload that the handler takes', () => {
  const quote = lambda<typeof asynchronous>('quote')
  // @ts-expect-error -- there is no payload
  ;() => quote.invoke()
  // @ts-expect-error -- the payload has the wrong type
  ;() => quote.invoke({ sku: 1 })
  // @ts-expect-error -- a text is a payload like any other
  ;() => lambda<(event: string) => string>('quote').invoke()
  // @ts-expect-error -- the payload is for another handler
  ;() => quote.safeInvoke({ id: 'a' })
})

it('keeps the types through a chain', () => {
  const chain = lambda<typeof asynchronous>('quote')
    .deadline('2s')
    .timeout('1s')
    .retry({ attempts: 4 })
    .circuitBreaker({ probes: 1 })
    .bulkhead({ queue: 1 })
    .idempotent()
    .hedge()
    .logs()
    .clientContext({})
    .qualifier('live')
    .tenant('a')
    .observe(() => {})
    .use((next) => next, { before: 'retry' })
  expectTypeOf(chain).toEqualTypeOf(lambda<typeof asynchronous>('quote').idempotent())
  expectTypeOf(chain.idempotent(false)).toEqualTypeOf(lambda<typeof asynchronous>('quote'))
})
