import { Cells } from '../core/cells/cells.js'
import type { CircuitSnapshot } from '../core/cells/circuit.js'
import { CIRCUITS, type Circuits } from '../core/cells/circuits.js'
import type { Limiter, LimitSnapshot } from '../core/cells/limiter.js'
import { systemClock } from '../core/clock.js'
import { LIMITERS } from '../policies/adaptive.js'
import { createClients, type Clients } from '../transport/clients.js'
import { leanTransport } from '../transport/lean/lean.js'
import { sdkTransport } from '../transport/sdk.js'
import type { Transport } from '../transport/transport.js'
import type { Fn } from './fn.js'
import type { Host } from './host.js'
import { LambdaFunction } from './lambda-function.js'
import { parseInvokerOptions, type CheckedOptions, type InvokerOptions, type Registry } from './options.js'
import { defaultPlan, type Plan } from './plan.js'
import { applyFunctionSettings, applySettings } from './settings.js'
import {
  exportState,
  restoreState,
  type InvokerState,
  type RestoredState,
  type RestoreOptions,
} from './state.js'
import { parseTarget } from './target.js'
import type { AnyHandler, InputOf, OutputOf } from './types.js'

/** What every invoker has beside the call. */
export interface InvokerMethods {
  /** Every circuit that calls have gone through, for health endpoints. */
  circuits(): readonly CircuitSnapshot[]
  /** What was learnt about the functions so far: circuits, retry budgets, limits and latencies, as plain JSON. */
  exportState(): InvokerState
  /**
   * Takes up what another invoker exported; null is no state. What this one has learnt itself stays as it is.
   *
   * State that is too old, or of another version, is left out, and the answer says so.
   *
   * @throws {InvalidSettingError} for what no export is
   */
  restoreState(state: InvokerState | null, options?: RestoreOptions): RestoredState
  /** Every adaptive limit that calls have gone through: of functions, and of the accounts they belong to. */
  limits(): readonly LimitSnapshot[]
  /** Closes the connections of the clients that the invoker made; a client that was handed in stays as it is. */
  destroy(): void
}

/** Names that are remembered with what was made of them. */
const MOST_NAMES = 1_000

/** Names a function by name or ARN; its types come from its handler, or stand as input and output. */
export interface AnyName {
  (name: string): Fn<unknown, unknown>
  <H extends AnyHandler>(name: string): Fn<InputOf<H>, OutputOf<H>>
  <I, O>(name: string): Fn<I, O>
}

/** Names a function of the registry, with a qualifier if need be. */
export type KnownName<R extends Registry<R>> = <K extends keyof R & string>(
  name: K | `${K}:${string}`,
) => Fn<InputOf<R[K]>, OutputOf<R[K]>>

/** Calls Lambda functions: `lambda('quote').invoke({ sku: 'A1' })`. */
export type Invoker<R extends Registry<R> = Registry> = InvokerMethods &
  (string extends keyof R ? AnyName : KnownName<R>)

/**
 * Makes an invoker: one client for each region, and one circuit, budget and bulkhead for each function, for the whole
 * process. Make one and keep it. Nothing is connected before the first call.
 *
 * @throws {InvalidSettingError} when a setting is unknown or wrong
 */
export function createInvoker<R extends Registry<R> = Registry>(given: InvokerOptions<R> = {}): Invoker<R> {
  const { reach, bulkhead: clientBulkhead, ...checked } = parseInvokerOptions(given)
  const clients = createClients(reach, clientBulkhead ? clientBulkhead.concurrency : Infinity)
  const isOwn = typeof checked.transport === 'function'
  const { transport, disconnect } = sendingBy(checked.transport, clients)
  const host: Host = {
    clock: checked.clock ?? systemClock,
    cells: new Cells(),
    transport,
    clientOf: isOwn ? undefined : clients.clientOf,
    clientBulkhead,
    get region() {
      // Read late, as the SDK does, since the default invoker is made before a program has set its environment.
      return reach.region ?? (reach.client || isOwn ? undefined : process.env['AWS_REGION'])
    },
    oneClient: reach.client !== undefined && typeof reach.client !== 'function',
    observers: checked.observers,
  }
  restoreState(host, checked.state, {}, 'options.state')
  const planOf = plansOf(checked)

  const lambda = latest(MOST_NAMES, (name: string) => new LambdaFunction(planOf(name), host))
  return Object.assign(lambda, {
    circuits: () =>
      [...host.cells.entries<Circuits>(CIRCUITS)].flatMap(([, { all }]) =>
        all.map((circuit) => circuit.snapshot()),
      ),
    exportState: () => exportState(host),
    restoreState: (state: InvokerState | null, options?: RestoreOptions) =>
      restoreState(host, state, options),
    limits: () => [...host.cells.entries<Limiter>(LIMITERS)].map(([, limiter]) => limiter.snapshot()),
    destroy: disconnect,
  }) as unknown as Invoker<R>
}

/** What `make` made of the latest `most` keys, so that a name in a hot path costs no new pipeline each time. */
function latest<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return function of(key) {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    const [oldest] = made.keys()
    if (made.size >= most && oldest !== undefined) made.delete(oldest)
    made.set(key, value)
    return value
  }
}

interface Sending {
  readonly transport: Transport
  readonly disconnect: () => void
}

function sendingBy(chosen: CheckedOptions['transport'], clients: Clients): Sending {
  if (typeof chosen === 'function') return { transport: chosen, disconnect: () => clients.destroy() }
  if (chosen === 'sdk')
    return { transport: sdkTransport(clients.clientOf), disconnect: () => clients.destroy() }
  const lean = leanTransport(clients.clientOf)
  return {
    transport: lean,
    disconnect() {
      lean.destroy()
      clients.destroy()
    },
  }
}

/** The plan for a name: the function's own settings over the defaults over ours. All are read now, so mistakes show now. */
function plansOf({
  defaults,
  functions,
}: Pick<CheckedOptions, 'defaults' | 'functions'>): (name: string) => Plan {
  const withDefaults = (plan: Plan): Plan =>
    defaults === undefined ? plan : applySettings(plan, defaults, 'defaults')
  const own = new Map<string, Plan>()
  for (const [name, settings] of Object.entries(functions)) {
    const path = `functions${/^[\w$]+$/.test(name) ? `.${name}` : `['${name}']`}`
    const plan = withDefaults(defaultPlan(parseTarget(name, path)))
    own.set(name, settings === undefined ? plan : applyFunctionSettings(plan, settings, path))
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
