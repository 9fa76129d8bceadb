import type { ALBEvent, ALBResult } from 'aws-lambda'
import { createInvoker, type CallEvent, type Fn, type InvokerOptions } from 'resilient-lambda'
import { alb, lambdaFetch, type HttpFormat, type LambdaFetchOptions } from 'resilient-lambda/http'
import {
  startLocalLambda,
  type FakeClock,
  type FunctionScript,
  type LambdaHandler,
  type LocalLambda,
} from 'resilient-lambda/testing'
import { onTestFinished } from 'vitest'
import { scripted } from '../../invoker/support.js'

export const format = alb({ multiValueHeaders: true })

export const BASE_URL = 'https://items.internal'

/** A reply of the function, with headers by name. */
export function reply(
  statusCode: number,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): ALBResult {
  const binary = typeof body !== 'string'
  return {
    statusCode,
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat()]),
    ),
    body: binary ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: binary,
  }
}

/** A request as the function saw it. */
export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export function seenIn(given: unknown): Seen {
  const event = given as ALBEvent
  const { httpMethod, path, multiValueHeaders = {}, multiValueQueryStringParameters = {}, body } = event
  const pairs = Object.entries(multiValueQueryStringParameters).flatMap(([name, values = []]) =>
    values.map((value) => `${name}=${value}`),
  )
  return {
    method: httpMethod,
    target: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: Object.fromEntries(
      Object.entries(multiValueHeaders).map(([name, values = []]) => [name, values.join(', ')]),
    ),
    body: Buffer.from(body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  }
}

type Shape = (fn: Fn<unknown, unknown>) => Fn<unknown, unknown>

interface ScriptedFetch {
  readonly fetch: typeof fetch
  readonly items: FunctionScript
  readonly clock: FakeClock
  readonly events: readonly CallEvent[]
  /** The requests that the function has seen so far. */
  readonly seen: () => readonly Seen[]
}

/** A fetch from the scripted function `items`, on a fake clock. */
export function scriptedFetch(options: LambdaFetchOptions = {}, shape: Shape = (fn) => fn): ScriptedFetch {
  const { lambda, script, clock, events } = scripted()
  const items = script('items')
  return {
    fetch: lambdaFetch(shape(lambda('items')), format, { baseUrl: BASE_URL, ...options }),
    items,
    clock,
    events,
    seen: () => items.requests.map(({ payload }) => seenIn(payload)),
  }
}

interface LocalFetch {
  readonly fetch: typeof fetch
  readonly local: LocalLambda
}

interface LocalOptions extends LambdaFetchOptions {
  readonly spoken?: HttpFormat
  readonly shape?: Shape
  readonly invoker?: InvokerOptions
}

/** A fetch from the function `items` of a local Lambda, over real sockets. */
export async function localFetch(
  handler: LambdaHandler,
  { shape = (fn) => fn, invoker = {}, spoken = format, ...options }: LocalOptions = {},
): Promise<LocalFetch> {
  const local = await startLocalLambda({ functions: { items: handler } })
  const lambda = createInvoker({ ...local.clientSettings, ...invoker })
  onTestFinished(async () => {
    lambda.destroy()
    await local.stop()
  })
  return { fetch: lambdaFetch(shape(lambda('items')), spoken, { baseUrl: BASE_URL, ...options }), local }
}

/** What a call was rejected with. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('The call was answered.')
    },
    (error: unknown) => error,
  )
}
