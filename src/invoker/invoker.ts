import { Cells } from '../core/cells/cells.js'
import type { Circuit, CircuitSnapshot } from '../core/cells/circuit.js'
import { systemClock, type Clock } from '../core/clock.js'
import type { Observer } from '../core/events.js'
import { callback, InvalidSettingError, orOff, shape, text, type Parse } from '../core/settings.js'
import { CIRCUITS } from '../policies/breaker.js'
import { CLIENT_BULKHEAD_DEFAULTS, parseBulkhead, type BulkheadOptions } from '../policies/bulkhead.js'
import { createClients, type ClientOptions } from '../transport/clients.js'
import { sdkTransport } from '../transport/sdk.js'
import type { Transport } from '../transport/transport.js'
import type { Fn } from './fn.js'
import { asObserver, LambdaFunction, type Host } from './lambda-function.js'
import { defaultPlan, type Plan } from './plan.js'
import { applyFunctionSettings, applySettings, type FunctionSettings, type Settings } from './settings.js'
import { parseTarget } from './target.js'
import type { AnyHandler, InputOf, OutputOf } from './types.js'

/** The handlers that an invoker knows by name: `{ quote: typeof quoteHandler }`. */
export type Registry = Readonly<Record<string, AnyHandler>>

/** How an invoker reaches Lambda, and how it calls. */
export interface InvokerOptions<R extends Registry = Registry> extends ClientOptions {
  /** For all functions. */
  readonly defaults?: Settings
  /** For single functions, over the defaults, by the name they are called by. */
  readonly functions?: { readonly [K in keyof R]?: FunctionSettings }
  /** Calls in flight and waiting over all functions of one client, which gets as many sockets. @defaultValue 200 and 200 */
  readonly bulkhead?: BulkheadOptions | false
  /** Watch the calls of all functions from the side. */
  readonly observers?: readonly (Observer | NonNullable<Observer['event']>)[]
  /** Replaces the AWS SDK, as for tests. */
  readonly transport?: Transport
  /** Replaces time and chance, as for tests. */
  readonly clock?: Clock
}

/** What every invoker has beside the call. */
export interface InvokerMethods {
  /** Every circuit that calls have gone through, for health endpoints. */
  circuits(): readonly CircuitSnapshot[]
  /** Closes the connections of the clients that the invoker made; a client that was handed in stays as it is. */
  destroy(): void
}

/** Names a function by name or ARN; its types come from its handler, or stand as input and output. */
export interface AnyName {
  (name: string): Fn<unknown, unknown>
  <H extends AnyHandler>(name: string): Fn<InputOf<H>, OutputOf<H>>
  <I, O>(name: string): Fn<I, O>
}

/** Names a function of the registry, with a qualifier if need be. */
export type KnownName<R extends Registry> = <K extends keyof R & string>(
  name: K | `${K}:${string}`,
) => Fn<InputOf<R[K]>, OutputOf<R[K]>>

/** Calls Lambda functions: `lambda('quote').invoke({ sku: 'A1' })`. */
export type Invoker<R extends Registry = Registry> = InvokerMethods &
  (string extends keyof R ? AnyName : KnownName<R>)

const asGiven: Parse<unknown> = (given) => given

const options = shape({
  client: asGiven,
  region: text,
  endpoint: text,
  credentials: asGiven,
  defaults: asGiven,
  functions: asGiven,
  bulkhead: orOff((given, path) => parseBulkhead(given, path, CLIENT_BULKHEAD_DEFAULTS)),
  observers: asGiven,
  transport: callback<Transport>,
  clock: asGiven,
})

/**
 * Makes an invoker: one client for each region, and one circuit, budget and bulkhead for each function, for the whole
 * process. Make one and keep it. Nothing is connected before the first call.
 *
 * @throws {InvalidSettingError} when a setting is unknown or wrong
 */
export function createInvoker<R extends Registry = Registry>(given: InvokerOptions<R> = {}): Invoker<R> {
  const { bulkhead: clientBulkhead = CLIENT_BULKHEAD_DEFAULTS, transport } = options(given, 'options')
  refuseMixedClient(given)
  const { client, region, endpoint, credentials } = given
  const reach = {
    ...(client && { client }),
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  }
  const clients = createClients(reach, clientBulkhead ? clientBulkhead.concurrency : Infinity)
  const host: Host = {
    clock: given.clock ?? systemClock,
    cells: new Cells(),
    transport: transport ?? sdkTransport(clients.clientOf),
    clientBulkhead,
    get region() {
      // Read late, as the SDK does, since the default invoker is made before a program has set its environment.
      return region ?? (client || transport ? undefined : process.env['AWS_REGION'])
    },
    observers: (given.observers ?? []).map((observer, index) => asObserver(observer, `observers[${index}]`)),
  }
  const planOf = plansOf(given)

  const lambda = (name: string): LambdaFunction => new LambdaFunction(planOf(name), host)
  return Object.assign(lambda, {
    circuits: () => Array.from(host.cells.entries<Circuit>(CIRCUITS), ([, circuit]) => circuit.snapshot()),
    destroy: () => clients.destroy(),
  }) as unknown as Invoker<R>
}

/** The SDK would ignore them in silence. */
function refuseMixedClient({ client, region, endpoint, credentials }: InvokerOptions): void {
  if (!client) return
  const mixed = Object.entries({ region, endpoint, credentials }).find(([, value]) => value !== undefined)
  if (!mixed) return
  throw new InvalidSettingError(
    `options.${mixed[0]}`,
    mixed[1],
    'left out when a client is handed in, which has its own',
  )
}

/** The plan for a name: the function's own settings over the defaults over ours. All are read now, so mistakes show now. */
function plansOf({ defaults, functions }: InvokerOptions): (name: string) => Plan {
  const withDefaults = (plan: Plan): Plan =>
    defaults === undefined ? plan : applySettings(plan, defaults, 'defaults')
  const own = new Map<string, Plan>()
  for (const [name, settings] of Object.entries(functions ?? {})) {
    const plan = withDefaults(defaultPlan(parseTarget(name, 'functions')))
    own.set(name, settings ? applyFunctionSettings(plan, settings, `functions.${name}`) : plan)
  }
  if (defaults !== undefined) withDefaults(defaultPlan(parseTarget('any')))

  return function planOf(name) {
    const known = own.get(name)
    if (known) return known
    const target = parseTarget(name)
    const base = own.get(target.functionName)
    if (base && target.qualifier !== undefined)
      return applyFunctionSettings(base, { qualifier: target.qualifier }, name)
    return withDefaults(defaultPlan(target))
  }
}
