import { Cells } from '../core/cells/cells.js'
import type { CircuitSnapshot } from '../core/cells/circuit.js'
import type { Circuits } from '../core/cells/circuits.js'
import { systemClock } from '../core/clock.js'
import { CIRCUITS } from '../policies/breaker.js'
import { createClients } from '../transport/clients.js'
import { sdkTransport } from '../transport/sdk.js'
import type { Fn } from './fn.js'
import { LambdaFunction, type Host } from './lambda-function.js'
import { parseInvokerOptions, type CheckedOptions, type InvokerOptions, type Registry } from './options.js'
import { defaultPlan, type Plan } from './plan.js'
import { applyFunctionSettings, applySettings } from './settings.js'
import { parseTarget } from './target.js'
import type { AnyHandler, InputOf, OutputOf } from './types.js'

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
  const host: Host = {
    clock: checked.clock ?? systemClock,
    cells: new Cells(),
    transport: checked.transport ?? sdkTransport(clients.clientOf),
    clientBulkhead,
    get region() {
      // Read late, as the SDK does, since the default invoker is made before a program has set its environment.
      return reach.region ?? (reach.client || checked.transport ? undefined : process.env['AWS_REGION'])
    },
    oneClient: reach.client !== undefined && typeof reach.client !== 'function',
    observers: checked.observers,
  }
  const planOf = plansOf(checked)

  const lambda = (name: string): LambdaFunction => new LambdaFunction(planOf(name), host)
  return Object.assign(lambda, {
    circuits: () =>
      [...host.cells.entries<Circuits>(CIRCUITS)].flatMap(([, { all }]) =>
        all.map((circuit) => circuit.snapshot()),
      ),
    destroy: () => clients.destroy(),
  }) as unknown as Invoker<R>
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
