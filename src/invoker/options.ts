import type { Clock } from '../core/clock.js'
import type { Observer } from '../core/events.js'
import {
  callback,
  either,
  InvalidSettingError,
  listOf,
  oneOf,
  orOff,
  refusedAs,
  shape,
  show,
  text,
} from '../core/settings.js'
import {
  CLIENT_BULKHEAD_DEFAULTS,
  parseBulkhead,
  type BulkheadOptions,
  type BulkheadSettings,
} from '../policies/bulkhead.js'
import type { ClientOptions } from '../transport/clients.js'
import type { Transport } from '../transport/transport.js'
import { asObserver } from './arguments.js'
import { plainObject, type FunctionSettings, type Settings } from './settings.js'
import type { InvokerState } from './state.js'
import type { AnyHandler } from './types.js'

/** The handlers that an invoker knows by name: `{ quote: typeof quoteHandler }`, as a type or an interface. */
export type Registry<R = Record<string, AnyHandler>> = { readonly [K in keyof R]: AnyHandler }

/** How an invoker reaches Lambda, and how it calls. */
export interface InvokerOptions<R extends Registry<R> = Registry> extends ClientOptions {
  /** For all functions. */
  readonly defaults?: Settings
  /** For single functions, over the defaults, by the name they are called by. */
  // Not a place to infer from: settings for one function would be taken for a registry of one.
  readonly functions?: { readonly [K in keyof NoInfer<R>]?: FunctionSettings }
  /** Calls in flight and waiting over all functions of one client, which gets as many sockets. @defaultValue 200 and 200 */
  readonly bulkhead?: BulkheadOptions | false
  /** Watch the calls of all functions from the side. */
  readonly observers?: readonly (Observer | NonNullable<Observer['event']>)[]
  /** What another invoker exported, for callers that lose their memory; null for none. What `restoreState` says of it is lost. */
  readonly state?: InvokerState | null
  /**
   * Who sends: `'sdk'` is the AWS SDK; `'lean'` signs and sends by itself, at a fraction of the cost, by the
   * configuration of the same clients, whose middleware then does not run; a function replaces both, as for tests.
   *
   * @defaultValue 'sdk'
   */
  readonly transport?: 'sdk' | 'lean' | Transport
  /** Replaces time and chance, as for tests. */
  readonly clock?: Clock
}

const options = shape({
  client,
  region: text,
  endpoint,
  credentials,
  defaults: asGiven,
  functions: plainObject,
  bulkhead: orOff((given, path) => parseBulkhead(given, path, CLIENT_BULKHEAD_DEFAULTS)),
  observers: listOf(asObserver),
  state: asGiven,
  transport: either(oneOf('sdk', 'lean'), callback<Transport>),
  clock,
})

/** Options that make sense; `defaults` and `functions` are read with the plans. */
export interface CheckedOptions {
  readonly reach: ClientOptions
  readonly functions: Readonly<Record<string, unknown>>
  readonly defaults: unknown
  readonly bulkhead: BulkheadSettings | false
  readonly observers: readonly Observer[]
  readonly state: unknown
  readonly transport: 'sdk' | 'lean' | Transport
  readonly clock: Clock | undefined
}

/** @throws {InvalidSettingError} */
export function parseInvokerOptions(given: unknown): CheckedOptions {
  const parsed = options(given, 'options')
  const { bulkhead = CLIENT_BULKHEAD_DEFAULTS, functions = {}, observers = [] } = parsed
  const { defaults, state, transport = 'sdk', clock, client, ...own } = parsed
  const { region, endpoint, credentials } = own
  if (client) refuseMixedClient({ region, endpoint, credentials })
  if (client && typeof transport === 'function') {
    throw new InvalidSettingError(
      'options.client',
      client,
      'left out when a transport is handed in, which takes its place',
    )
  }
  const reach = {
    ...(client && { client }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
  }
  return { reach, functions, defaults, bulkhead, observers, state, transport, clock }
}

/** The SDK would ignore them in silence. */
function refuseMixedClient(others: Readonly<Record<string, unknown>>): void {
  const mixed = Object.entries(others).find(([, value]) => value !== undefined)
  if (!mixed) return
  const [key, value] = mixed
  throw new InvalidSettingError(
    `options.${key}`,
    value,
    'left out when a client is handed in, which has its own',
  )
}

const CLIENT = 'a LambdaClient, or a function that has one for each region'

function client(given: unknown, path: string): NonNullable<ClientOptions['client']> {
  const isFunction = typeof given === 'function'
  if (!isFunction && !has(given, 'send')) throw new InvalidSettingError(path, given, CLIENT)
  const { config } = given as { readonly config?: { readonly serviceId?: unknown } }
  const { serviceId } = config ?? {}
  // Mocks and older SDKs may have none.
  if (!isFunction && typeof serviceId === 'string' && serviceId !== 'Lambda')
    throw refusedAs(`a client of ${serviceId}`, path, CLIENT)
  return given as NonNullable<ClientOptions['client']>
}

const ADDRESS = "an address such as 'http://localhost:4566'"

function endpoint(given: unknown, path: string): string {
  if (typeof given === 'string' && /^https?:$/.test(protocolOf(given))) return given
  if (given instanceof URL) throw refusedAs('a URL: pass url.href', path, ADDRESS)
  throw new InvalidSettingError(path, given, ADDRESS)
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : ''
}

function credentials(given: unknown, path: string): NonNullable<ClientOptions['credentials']> {
  if (typeof given === 'function' || (typeof given === 'object' && given !== null && 'accessKeyId' in given))
    return given as NonNullable<ClientOptions['credentials']>
  throw refusedAs(
    withoutValue(given),
    path,
    'an object with accessKeyId and secretAccessKey, or a function that provides one',
  )
}

/** What was given in place of credentials may be a secret; the keys of an object are none. */
function withoutValue(given: unknown): string {
  if (typeof given === 'object') return show(given)
  return typeof given === 'string' ? 'a text' : `a ${typeof given}`
}

export function clock(given: unknown, path: string): Clock {
  if (has(given, 'now') && has(given, 'setTimer')) return given as Clock
  throw new InvalidSettingError(path, given, 'a clock, such as fakeClock() of resilient-lambda/testing')
}

function has(given: unknown, method: string): boolean {
  return typeof given === 'object' && given !== null && typeof Reflect.get(given, method) === 'function'
}

function asGiven(given: unknown): unknown {
  return given
}
